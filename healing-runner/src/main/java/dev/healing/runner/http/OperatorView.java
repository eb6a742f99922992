package dev.healing.runner.http;

import dev.healing.core.HealingEngine;
import dev.healing.runner.control.Answer;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The page, the API, the events and the metrics of one engine, served until it is closed. */
public final class OperatorView implements AutoCloseable {
  private final Gate gate;
  private final Token token;
  private final Api api;
  private final Confirm confirm;
  private final Events events;
  private final Scrape scrape;
  private final String tokenFile;
  private final InetSocketAddress address;
  private final TimeSource time;
  private @Nullable HttpServer server;

  private OperatorView(
      HttpSettings settings,
      HostContext host,
      HealingEngine engine,
      String version,
      Function<ObjectNode, CompletionStage<Answer>> verbs,
      Invitations invitations) {
    Tally tally = new Tally();
    address = settings.address();
    time = host.time();
    token = Token.of(host.state());
    tokenFile = host.state().location() + "/" + Token.FILE;
    gate = new Gate(settings.hosts(), token);
    api = new Api(verbs, time);
    confirm = new Confirm(invitations, verbs);
    events = new Events(Long.toString(time.now().toEpochMilli(), 36));
    scrape = new Scrape(engine, host, tally, version);
    engine.addListener(tally);
    engine.addListener(events);
  }

  /**
   * Hears from now on what the engine tells, and serves nothing yet: so it can be there before the
   * engine is started, and misses nothing.
   *
   * @param version of the program
   * @param verbs answers what the command line can ask
   * @param invitations the links that were sent to somebody
   */
  public static OperatorView of(
      HttpSettings settings,
      HostContext host,
      HealingEngine engine,
      String version,
      Function<ObjectNode, CompletionStage<Answer>> verbs,
      Invitations invitations) {
    return new OperatorView(settings, host, engine, version, verbs, invitations);
  }

  /**
   * Serves it, until it is closed.
   *
   * @return where, for a person, and what is needed to change something there
   * @throws dev.healing.api.HostException if it cannot listen there
   */
  public String open() {
    HttpServer opened = HttpServer.open(address, time, HttpServer.Limits.USUAL, this::answer);
    server = opened;
    String host = address.getAddress() instanceof Inet6Address ? "[::1]" : address.getHostString();
    return "The page is at http://"
        + host
        + ":"
        + opened.port()
        + "/; changes there need the token in "
        + tokenFile;
  }

  private CompletionStage<Response> answer(Request request) {
    try {
      gate.pass(request);
      if (request.path().startsWith(Invitations.PATH)) {
        return confirm.answer(request);
      }
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
    if (server != null) {
      server.close();
    }
  }
}
