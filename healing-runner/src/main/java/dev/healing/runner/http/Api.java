package dev.healing.runner.http;

import dev.healing.api.HealingException;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.spi.TimeSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The verbs of the command line under {@code /api/v1}, with the same JSON. */
final class Api {
  static final String PREFIX = "/api/v1";

  private static final Pattern MOST = Pattern.compile("[1-9][0-9]{0,2}");

  /** An action may take minutes; whoever started it by HTTP is told of its end by the events. */
  private static final int SECONDS_TO_WAIT = 2;

  private final Function<ObjectNode, CompletionStage<Answer>> verbs;
  private final Fresh fresh;

  /** Reads files, or takes much memory: one at a time. */
  private final Object heavy = new Object();

  Api(Function<ObjectNode, CompletionStage<Answer>> verbs, TimeSource time) {
    this.verbs = verbs;
    this.fresh = new Fresh(time);
  }

  /**
   * Answers one.
   *
   * @throws Refusal if there is no such thing, or it is asked for wrongly
   */
  CompletionStage<Response> answer(Request request, Token token) throws Refusal {
    String path = request.path().substring(PREFIX.length());
    List<Route> there = Route.ALL.stream().filter(r -> r.matches(path).isPresent()).toList();
    String method = request.reads() ? "GET" : request.method();
    Route route =
        there.stream()
            .filter(r -> r.method().equals(method))
            .findFirst()
            .orElseThrow(() -> notThere(there, request.path()));
    if (route.token() && request.reads() && !token.shownBy(request.header("authorization"))) {
      throw new Refusal(401, "this needs the token: expected 'Authorization: Bearer TOKEN'");
    }
    ObjectNode question = question(route, path, request);
    return request.reads()
        ? fresh.get(question.toString(), () -> ask(route, question))
        : ask(route, question);
  }

  private static Refusal notThere(List<Route> there, String path) {
    return there.isEmpty()
        ? new Refusal(404, "there is no " + path + ": /api/v1/openapi.json tells what there is")
        : Refusal.method(
            there.stream().map(Route::method).distinct().collect(Collectors.joining(", ")));
  }

  private static ObjectNode question(Route route, String path, Request request) throws Refusal {
    ObjectNode question = JsonText.object().put("verb", route.verb());
    route.restName().ifPresent(name -> question.put(name, route.matches(path).orElseThrow()));
    if (request.reads()) {
      for (String name : request.query().keySet()) {
        if (!route.parameters().contains(name)) {
          throw unknown(name, route);
        }
        question.put(name, bounded(name, request.query().get(name)));
      }
      return question;
    }
    for (var member : body(request).properties()) {
      if (!route.parameters().contains(member.getKey())) {
        throw unknown(member.getKey(), route);
      }
      question.set(member.getKey(), ofItsKind(member.getKey(), member.getValue()));
    }
    for (String name : route.needed()) {
      if (!question.has(name)) {
        throw new Refusal(400, "the request has no '" + name + "'");
      }
    }
    return question;
  }

  /** What is not what it should be is not guessed at: a dry run must never be taken for none. */
  private static JsonNode ofItsKind(String name, JsonNode value) throws Refusal {
    boolean flag = name.equals(Route.DRY_RUN);
    if (flag ? !value.isBoolean() : !value.isString()) {
      throw new Refusal(
          400, "'" + name + "' is " + value + ": expected " + (flag ? "true or false" : "a text"));
    }
    return value;
  }

  /** All receipts of a long life would be more than there is memory for. */
  private static String bounded(String name, String value) throws Refusal {
    if (name.equals("most") && !MOST.matcher(value).matches()) {
      throw new Refusal(400, "'most' is '" + value + "': expected 1 to 999");
    }
    return value;
  }

  private static Refusal unknown(String name, Route route) {
    String expected = route.parameters().isEmpty() ? "none" : String.join(", ", route.parameters());
    return new Refusal(400, "unknown '" + name + "': expected " + expected);
  }

  private static ObjectNode body(Request request) throws Refusal {
    try {
      JsonNode body = JsonText.read(request.body().isBlank() ? "{}" : request.body());
      if (body instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw new Refusal(400, "expected one JSON object: " + JsonText.why(e));
    }
    throw new Refusal(400, "expected one JSON object");
  }

  private CompletionStage<Response> ask(Route route, ObjectNode question) {
    try {
      CompletionStage<Answer> answer;
      synchronized (heavy) {
        answer = verbs.apply(question);
      }
      CompletableFuture<Response> response =
          answer
              .thenApply(given -> response(route, given))
              .exceptionally(fault -> failed(route, fault))
              .toCompletableFuture();
      return route.method().equals("GET")
          ? response
          : response.completeOnTimeout(underWay(), SECONDS_TO_WAIT, TimeUnit.SECONDS);
    } catch (HealingException e) {
      return CompletableFuture.completedFuture(failed(route, e));
    }
  }

  private static Response underWay() {
    return Response.json(
        202, JsonText.object().put("underWay", true).put("note", "the events tell how it ends"));
  }

  private static Response response(Route route, Answer answer) {
    Optional<String> error = answer.error();
    if (error.isPresent() && answer.result().isNull()) {
      return Response.error(answer.exit() == 2 ? 400 : route.unanswered(), error.get());
    }
    return Response.json(200, answer.result());
  }

  private static Response failed(Route route, Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    if (cause instanceof HealingException) {
      return Response.error(route.unanswered(), String.valueOf(cause.getMessage()));
    }
    throw new CompletionException(cause);
  }
}
