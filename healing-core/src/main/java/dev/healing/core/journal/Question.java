package dev.healing.core.journal;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Issue;
import java.time.Instant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * What a person was asked and has not answered, as the journal keeps it: so that it has the same id
 * after a restart, and links in messages that were sent lead to it.
 *
 * @param issue about what
 * @param incident its id
 * @param firstSeen when that was first reported
 * @param attempts how many were made at it before: the next intent has the next number
 * @param action what would be done
 * @param target and to what
 * @param digest of all that was shown
 * @param step the first thing that would be done
 */
public record Question(
    Issue issue,
    String incident,
    Instant firstSeen,
    int attempts,
    ActionId action,
    String target,
    String digest,
    String step) {
  /** What it is about, whichever incident that is. */
  public Fingerprint problem() {
    return issue.fingerprint();
  }

  /** The same after this attempt, which somebody asked for all the same. */
  Question after(Intent intent) {
    return intent.incident().equals(incident)
        ? new Question(issue, incident, firstSeen, intent.number(), action, target, digest, step)
        : this;
  }

  /** What a person says to answer it: {@code incident.digest}. */
  public String confirmation() {
    return incident + "." + digest;
  }

  /** Whether who knows the other knows this: what was measured may have changed, and the time. */
  public boolean sameAs(Question other) {
    return confirmation().equals(other.confirmation());
  }

  /** Whether the other is to do something else, and not the same in another way. */
  public boolean elseThan(Question other) {
    return !action.equals(other.action) || !target.equals(other.target);
  }

  /**
   * {@code {asked,incident,firstSeen,attempts,action,target,digest,step,issue}}.
   *
   * @param word under which the problem is written: "asked", or what was answered
   */
  void write(JsonGenerator json, String word) {
    json.writeStringProperty(word, problem().key());
    json.writeStringProperty("incident", incident);
    Json.instant(json, "firstSeen", firstSeen);
    json.writeNumberProperty("attempts", attempts);
    json.writeStringProperty("action", action.name());
    json.writeStringProperty("target", target);
    json.writeStringProperty("digest", digest);
    json.writeStringProperty("step", step);
    Json.object(json, "issue", to -> Json.write(to, issue));
  }

  static Question of(JsonNode node) {
    return new Question(
        Json.issue(node.required("issue")),
        node.required("incident").asString(),
        Instant.parse(node.required("firstSeen").asString()),
        node.path("attempts").asInt(0), // lines of an earlier version have none
        ActionId.of(node.required("action").asString()),
        node.required("target").asString(),
        node.required("digest").asString(),
        node.required("step").asString());
  }
}
