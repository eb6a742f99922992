package dev.healing.runner.control;

import dev.healing.api.HealingException;
import dev.healing.core.json.JsonText;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a line to an answer, whatever the line is and whatever goes wrong.
 *
 * @param handler answers a request
 */
record LineRequests(Function<ObjectNode, CompletionStage<Answer>> handler) {
  private static final System.Logger LOG = System.getLogger(LineRequests.class.getName());

  /** Completes with an answer, never with a fault. */
  CompletionStage<Answer> answer(String line) {
    return handled(line).exceptionally(LineRequests::answerTo);
  }

  private CompletionStage<Answer> handled(String line) {
    try {
      JsonNode request = JsonText.read(line);
      return request instanceof ObjectNode object
          ? handler.apply(object)
          : done(Answer.failed(2, "expected one JSON object per line"));
    } catch (JacksonException e) {
      return done(Answer.failed(2, "expected one JSON object per line: " + JsonText.why(e)));
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      return done(answerTo(e));
    }
  }

  private static CompletionStage<Answer> done(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  private static Answer answerTo(Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    if (!(cause instanceof HealingException)) {
      LOG.log(Level.ERROR, "control socket: a request failed", cause);
    }
    String why = cause instanceof HealingException ? cause.getMessage() : cause.toString();
    return Answer.failed(1, String.valueOf(why));
  }
}
