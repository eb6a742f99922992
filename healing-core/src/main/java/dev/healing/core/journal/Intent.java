package dev.healing.core.journal;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.core.journal.Timeline.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * What is written durably before an action is started.
 *
 * @param id incident and number of the attempt
 * @param incident whose attempt it is
 * @param issue the evidence
 * @param detectedAt when the incident was first seen
 * @param action what will be done
 * @param target to what
 * @param origin on whose word
 * @param confidence in it
 * @param settling how long after it the symptom is looked at again
 * @param steps exactly what, as previewed
 * @param circumstances of the host in the look on which it was decided; none in lines of before
 *     they were kept
 * @param at now
 */
public record Intent(
    String id,
    String incident,
    Issue issue,
    Instant detectedAt,
    ActionId action,
    String target,
    Origin origin,
    double confidence,
    Duration settling,
    List<String> steps,
    SortedMap<String, Double> circumstances,
    Instant at) {
  private static final int MOST_STEPS = 50;

  /** Copies; of many steps the first ones. */
  public Intent {
    circumstances = Collections.unmodifiableSortedMap(new TreeMap<>(circumstances));
    steps = List.copyOf(steps.subList(0, Math.min(MOST_STEPS, steps.size())));
  }

  /** Of an action, as it was previewed. */
  public static Intent of(
      String id,
      String incident,
      Issue issue,
      Instant detectedAt,
      ActionDescription action,
      Preview preview,
      Origin origin,
      double confidence,
      SortedMap<String, Double> circumstances,
      Instant at) {
    return new Intent(
        id,
        incident,
        issue,
        detectedAt,
        action.id(),
        preview.target(),
        origin,
        confidence,
        action.settling(),
        preview.steps(),
        circumstances,
        at);
  }

  /** Which attempt of its incident it is, from 1. */
  public int number() {
    return Integer.parseInt(id.substring(id.lastIndexOf('.') + 1));
  }

  /** The receipt that answers this intent. */
  public Receipt receipt(
      Outcome outcome,
      Instant finished,
      Map<String, Double> after,
      List<String> recorded,
      List<String> sideEffects,
      String detail) {
    return new Receipt(
        id,
        incident,
        issue.type(),
        issue.components(),
        action,
        target,
        origin,
        outcome,
        detectedAt,
        outcome == Outcome.NOT_ATTEMPTED ? Optional.empty() : Optional.of(at),
        finished,
        issue.metrics(),
        new TreeMap<>(after),
        confidence,
        steps,
        recorded,
        circumstances,
        sideEffects,
        detail);
  }

  /** As its line in the journal has it. */
  void write(JsonGenerator json, Reading now) {
    json.writeStringProperty("intent", id);
    json.writeStringProperty("incident", incident);
    json.writeStringProperty("action", action.name());
    json.writeStringProperty("target", target);
    json.writeStringProperty("origin", origin.name());
    now.write(json, "at");
    Json.instant(json, "detectedAt", detectedAt);
    json.writeNumberProperty("confidence", confidence);
    json.writeNumberProperty("settlingMillis", settling.toMillis());
    Json.texts(json, "steps", steps);
    if (!circumstances.isEmpty()) {
      Json.numbers(json, "circumstances", circumstances);
    }
    Json.object(json, "issue", evidence -> Json.write(evidence, issue));
  }

  /** Reads what {@link #write} wrote. */
  static Intent of(JsonNode node, Instant at) {
    return new Intent(
        node.required("intent").asString(),
        node.required("incident").asString(),
        Json.issue(node.required("issue")),
        Instant.parse(node.required("detectedAt").asString()),
        ActionId.of(node.required("action").asString()),
        node.required("target").asString(),
        Origin.valueOf(node.required("origin").asString()),
        node.required("confidence").asDouble(),
        Duration.ofMillis(node.required("settlingMillis").asLong()),
        Json.texts(node.required("steps")),
        Json.numbers(node.path("circumstances")),
        at);
  }
}
