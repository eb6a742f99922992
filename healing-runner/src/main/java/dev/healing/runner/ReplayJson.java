package dev.healing.runner;

import dev.healing.core.Replayed;
import dev.healing.core.json.JsonText;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What one policy would have done, as {@code replay --json} tells it. */
final class ReplayJson {
  private ReplayJson() {}

  /**
   * {@code {config, counts, problems, leftOut?, unseen}}.
   *
   * @param name of the configuration
   */
  static ObjectNode of(String name, Replayed replayed) {
    ObjectNode json = JsonText.object().put("config", name);
    ObjectNode counts = json.putObject("counts");
    counts.put("problems", replayed.problems().size());
    counts.put("started", replayed.count(Replayed.Step.STARTED));
    counts.put("asked", replayed.count(Replayed.Step.ASKED));
    counts.put("heldBack", replayed.count(Replayed.Step.HELD_BACK));
    counts.put("handedOver", replayed.count(Replayed.Step.HANDED_OVER));
    counts.put(
        "perhapsNeedless",
        replayed.problems().stream().filter(Replayed.Problem::perhapsNeedless).count());
    counts.put("missed", replayed.problems().stream().filter(p -> p.missed(replayed.to())).count());
    ArrayNode problems = json.putArray("problems");
    replayed.problems().stream()
        .limit(Replayed.TOLD)
        .forEach(problem -> problems.add(json(problem, replayed)));
    if (replayed.problems().size() > problems.size()) {
      json.put("leftOut", replayed.problems().size() - problems.size());
    }
    ArrayNode unseen = json.putArray("unseen");
    replayed
        .unseen()
        .forEach(one -> unseen.addObject().put("what", one.what()).put("why", one.why()));
    return json;
  }

  private static ObjectNode json(Replayed.Problem problem, Replayed replayed) {
    var issue = problem.incident().issue();
    ObjectNode json =
        JsonText.object()
            .put("id", problem.incident().id())
            .put("type", issue.type().toString())
            .put("severity", issue.severity().name())
            .put("description", issue.description())
            .put("firstSeen", problem.incident().firstSeen().toString());
    ArrayNode components = json.putArray("components");
    issue.components().forEach(components::add);
    ObjectNode metrics = json.putObject("metrics");
    issue.metrics().forEach(metrics::put);
    json.putObject("first")
        .put("severity", problem.first().severity().name())
        .put("description", problem.first().description());
    put(json, "over", problem.over().map(Object::toString));
    put(json, "cause", problem.incident().cause());
    json.put("perhapsNeedless", problem.perhapsNeedless());
    json.put("missed", problem.missed(replayed.to()));
    ArrayNode would = json.putArray("would");
    for (Replayed.Would one : problem.would()) {
      ObjectNode step = would.addObject();
      step.put("at", one.at().toString()).put("step", one.step().name());
      put(step, "action", one.action().map(Object::toString));
      step.put("why", one.why());
    }
    return json;
  }

  static void put(ObjectNode json, String member, Optional<String> value) {
    json.put(member, value.orElse(null));
  }
}
