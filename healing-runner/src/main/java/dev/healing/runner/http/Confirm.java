package dev.healing.runner.http;

import dev.healing.api.HealingException;
import dev.healing.api.Outcome;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a link to approve or reject opens: a page that shows what is asked, with a button for each
 * answer. To look changes nothing, since programs that read mail open its links too. It needs no
 * script, and works on any phone.
 */
final class Confirm {
  private static final int SECONDS_TO_WAIT = 2;

  private final Invitations invitations;
  private final Function<ObjectNode, CompletionStage<Answer>> verbs;

  Confirm(Invitations invitations, Function<ObjectNode, CompletionStage<Answer>> verbs) {
    this.invitations = invitations;
    this.verbs = verbs;
  }

  CompletionStage<Response> answer(Request request) throws Refusal {
    String token = request.path().substring(Invitations.PATH.length());
    if (request.reads()) {
      return show(token);
    }
    String answer = request.body().strip();
    if (!answer.equals("answer=approve") && !answer.equals("answer=reject")) {
      throw new Refusal(400, "expected answer=approve or answer=reject");
    }
    Optional<String> confirmation = invitations.use(token);
    return confirmation.isEmpty()
        ? done(gone())
        : decide(token, answer.substring("answer=".length()), confirmation.get());
  }

  private CompletionStage<Response> show(String token) {
    Optional<String> confirmation = invitations.confirmation(token);
    if (confirmation.isEmpty()) {
      return done(gone());
    }
    String id = confirmation.get();
    String incident = id.substring(0, Math.max(0, id.lastIndexOf('.')));
    return asked(JsonText.object().put("verb", "explain").put("id", incident))
        .thenApply(answer -> page(invitations.hostName(), id, answer.result().path("incident")));
  }

  private static Response page(String host, String id, JsonNode incident) {
    if (!incident.path("confirmation").asString("").equals(id)) {
      return said(
          409,
          "Nothing to answer any more",
          "What was asked is over, was answered, or would be done in another way now. A newer"
              + " message, or the page, tells what is asked now.");
    }
    StringBuilder steps = new StringBuilder();
    for (JsonNode step : incident.path("decision").path("preview").path("steps")) {
      steps.append("<li>").append(escaped(step.asString(""))).append("</li>");
    }
    String body =
        "<p>On <strong>"
            + escaped(host)
            + "</strong>: "
            + escaped(incident.path("issue").path("description").asString(""))
            + "</p><h2>What would be done</h2><ol class=\"steps\">"
            + steps
            + "</ol><h2>Why you are asked</h2><p>"
            + escaped(incident.path("decision").path("reason").asString(""))
            + "</p><form method=\"post\" class=\"buttons\">"
            + "<button class=\"primary\" name=\"answer\" value=\"approve\">Approve</button>"
            + "<button class=\"danger\" name=\"answer\" value=\"reject\">Reject</button></form>";
    String title =
        host
            + ": "
            + incident.path("severity").asString("")
            + " "
            + incident.path("type").asString("");
    return html(200, title, body);
  }

  private CompletionStage<Response> decide(String token, String verb, String confirmation) {
    CompletableFuture<Response> answered =
        asked(JsonText.object().put("verb", verb).put("id", confirmation))
            .thenApply(
                answer -> {
                  if (nothingDone(answer)) {
                    invitations.giveBack(token);
                  }
                  return decided(verb, answer);
                })
            .toCompletableFuture();
    return answered.completeOnTimeout(
        verb.equals("reject")
            ? said(200, "Asked", "It is not answered yet; the page tells whether it is rejected.")
            : said(200, "Approved", "It is under way; the page tells how it ends."),
        SECONDS_TO_WAIT,
        TimeUnit.SECONDS);
  }

  private static Response decided(String verb, Answer answer) {
    if (answer.result().isNull()) {
      return said(409, "Nothing was done", answer.error().orElse("nobody knows why"));
    }
    if (verb.equals("reject")) {
      return said(200, "Rejected", "Nothing is done. It is for a person now.");
    }
    if (nothingDone(answer)) {
      return said(
          409,
          "Nothing was done",
          answer.result().path("reason").asString("") + ". This link is still good.");
    }
    return said(
        200,
        "Approved: " + answer.result().path("outcome").asString("").replace('_', ' '),
        answer.result().path("reason").asString(""));
  }

  /** It is paused, for example. */
  private static boolean nothingDone(Answer answer) {
    return answer.result().isNull()
        || answer.result().path("outcome").asString("").equals(Outcome.NOT_ATTEMPTED.name());
  }

  /** What the engine refuses is an answer too. */
  private CompletionStage<Answer> asked(ObjectNode question) {
    CompletionStage<Answer> answer;
    try {
      answer = verbs.apply(question);
    } catch (HealingException e) {
      return CompletableFuture.completedFuture(Answer.failed(1, String.valueOf(e.getMessage())));
    }
    return answer.exceptionally(
        fault -> {
          Throwable cause = fault.getCause() == null ? fault : fault.getCause();
          if (cause instanceof HealingException) {
            return Answer.failed(1, String.valueOf(cause.getMessage()));
          }
          throw new CompletionException(cause);
        });
  }

  private static Response gone() {
    return said(
        404,
        "This link is good for nothing",
        "It was used, is too old, or never was one. A newer message, or the page, tells what is"
            + " asked now.");
  }

  private static Response said(int status, String title, String text) {
    return html(status, title, "<p>" + escaped(text) + "</p>");
  }

  private static Response html(int status, String title, String body) {
    String page =
        String.join(
            "\n",
            List.of(
                "<!doctype html>",
                "<html lang=\"en\"><head><meta charset=\"utf-8\">",
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
                "<meta name=\"color-scheme\" content=\"light dark\">",
                "<meta name=\"robots\" content=\"noindex\">",
                "<title>healing: " + escaped(title) + "</title>",
                "<link rel=\"stylesheet\" href=\"../page.css\"></head>",
                "<body><main><section class=\"card\"><h1>" + escaped(title) + "</h1>",
                body,
                "</section></main></body></html>",
                ""));
    return Response.of(status, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8))
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self';"
                + " frame-ancestors 'none'")
        // With none at all a browser would not say whose form it sends.
        .with("Referrer-Policy", "same-origin");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static CompletionStage<Response> done(Response response) {
    return CompletableFuture.completedFuture(response);
  }
}
