package dev.healing.runner;

import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.core.EngineJson;
import dev.healing.core.HealingEngine;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Waiting;
import dev.healing.runner.text.Waiting.Progress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How far the action is that somebody waits for. */
final class UnderWay {
  private static final Set<String> RUNNING =
      Set.of(IncidentStatus.HEALING.name(), IncidentStatus.VALIDATING.name());

  private UnderWay() {}

  /** Asks the daemon to do it, and shows how far it is; empty if none runs here. */
  @SuppressWarnings("try") // it is there to be closed
  static Optional<Answer> ask(Invocation invocation, ObjectNode request) {
    try (Waiting unused =
        Waiting.on(invocation.err(), invocation.columns(), () -> ofDaemon(invocation, request))) {
      return invocation.ask(request);
    }
  }

  private static Optional<Progress> ofDaemon(Invocation invocation, ObjectNode request) {
    JsonNode issues =
        invocation
            .ask(invocation.request("issues"))
            .map(answer -> answer.result().path("issues"))
            .orElseGet(JsonText::array);
    List<String> running =
        issues
            .valueStream()
            .filter(issue -> RUNNING.contains(issue.path("status").asString("")))
            .filter(issue -> isMeant(issue, request))
            .map(issue -> issue.path("incident").asString(""))
            .toList();
    return running.size() != 1
        ? Optional.empty()
        : invocation
            .ask(invocation.request("explain").put("id", running.get(0)))
            .map(answer -> progress(answer.result().path("incident")));
  }

  /** Of an opportunity only that it is under way is known: it has an incident of its own. */
  private static boolean isMeant(JsonNode issue, ObjectNode request) {
    String id = request.path("id").asString("");
    if (!id.isEmpty()) {
      String incident = id.contains(".") ? id.substring(0, id.lastIndexOf('.')) : id;
      return issue.path("incident").asString("").startsWith(incident)
          || issue.path("id").asString("").equals(id);
    }
    return !request.has("type")
        || (request.path("type").asString("").equals(issue.path("type").asString(""))
            && issue
                .path("components")
                .toString()
                .contains(request.path("component").asString("")));
  }

  /** Of the one that this process heals itself. */
  static Optional<Progress> of(HealingEngine engine) {
    return engine.incidents().stream()
        .filter(incident -> RUNNING.contains(incident.status().name()))
        .map((Incident incident) -> progress(EngineJson.incident(incident)))
        .findFirst();
  }

  private static Progress progress(JsonNode incident) {
    JsonNode expected = incident.path("decision").path("preview").path("expectedMillis");
    return new Progress(
        incident.path("note").asString(""),
        Optional.empty(),
        Optional.of(expected.asLong(0)).filter(millis -> millis > 0));
  }
}
