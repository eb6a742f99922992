package dev.healing.runner.http;

import dev.healing.core.HealingEngine;
import dev.healing.runner.control.Answer;
import dev.healing.spi.HostContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** The page, the API, the events and the metrics of one engine, served until it is closed. */
public final class OperatorView implements AutoCloseable {
  private final Gate gate;
  private final Token token;
  private final Api api;
  private final Events events;
  private final Scrape scrape;
  private final HttpServer server;
  private final String where;
  private final String tokenFile;

  private OperatorView(
      HttpSettings settings,
      HttpServer.Limits limits,
      HostContext host,
      HealingEngine engine,
      String version,
      Function<ObjectNode, CompletionStage<Answer>> verbs) {
    Tally tally = new Tally();
    token = Token.of(host.state());
    tokenFile = host.state().location() + "/" + Token.FILE;
    gate = new Gate(settings.hosts(), token);
    api = new Api(verbs, host.time());
    events = new Events(Long.toString(host.time().now().toEpochMilli(), 36));
    scrape = new Scrape(engine, host, tally, version);
    String literal = settings.address().getAddress().getHostAddress();
    where = literal.contains(":") ? "[::1]" : literal;
    server = HttpServer.open(settings.address(), host.time(), limits, this::answer);
    engine.addListener(tally);
    engine.addListener(events);
  }

  /**
   * Serves it.
   *
   * @param version of the program
   * @param verbs answers what the command line can ask
   * @throws dev.healing.api.HostException if it cannot listen there
   */
  public static OperatorView open(
      HttpSettings settings,
      HostContext host,
      HealingEngine engine,
      String version,
      Function<ObjectNode, CompletionStage<Answer>> verbs) {
    return new OperatorView(settings, HttpServer.Limits.USUAL, host, engine, version, verbs);
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /** Where it is and what is needed to change something, for a person. */
  public String whereAndHow() {
    return "The page is at http://"
        + where
        + ":"
        + port()
        + "/; changes there need the token in "
        + tokenFile;
  }

  private CompletionStage<Response> answer(Request request) {
    try {
      gate.pass(request);
      if (request.reads()) {
        if (request.path().equals("/metrics")) {
          return done(scrape.response(request));
        }
        if (request.path().equals(Api.PREFIX + "/events")) {
          return done(events.stream(request.header("last-event-id")));
        }
        var asset = Assets.response(request);
        if (asset.isPresent()) {
          return done(asset.get());
        }
      }
      if (request.path().startsWith(Api.PREFIX + "/")) {
        return api.answer(request, token);
      }
      throw new Refusal(404, "there is no " + request.path());
    } catch (Refusal e) {
      return done(e.response());
    }
  }

  private static CompletionStage<Response> done(Response response) {
    return CompletableFuture.completedFuture(response);
  }

  @Override
  public void close() {
    server.close();
  }
}
