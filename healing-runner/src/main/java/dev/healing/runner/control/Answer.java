package dev.healing.runner.control;

import dev.healing.core.json.JsonText;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of a request.
 *
 * @param exit the exit code of the command line: 0 done, 1 it did not work, 2 wrong usage or
 *     configuration, 3 needs privileges or confirmation
 * @param result what to show; a JSON null if there is nothing
 * @param error why it did not work, for a person
 */
public record Answer(int exit, JsonNode result, Optional<String> error) {
  /** Done. */
  public static Answer of(JsonNode result) {
    return new Answer(0, result, Optional.empty());
  }

  /** It did not work and there is something to show all the same. */
  public static Answer of(int exit, JsonNode result) {
    return new Answer(exit, result, Optional.empty());
  }

  /** It did not work. */
  public static Answer failed(int exit, String error) {
    return new Answer(exit, NullNode.getInstance(), Optional.of(error));
  }

  String line() {
    ObjectNode line = JsonText.object();
    line.put("ok", exit == 0);
    line.put("exit", exit);
    error.ifPresent(e -> line.put("error", e));
    line.set("result", result);
    return JsonText.line(line);
  }

  static Answer parse(String line) {
    JsonNode node = JsonText.read(line);
    JsonNode result = node.get("result");
    JsonNode error = node.get("error");
    return new Answer(
        node.path("exit").asInt(1),
        result == null ? NullNode.getInstance() : result,
        error == null || error.isNull() ? Optional.empty() : Optional.of(error.asString()));
  }
}
