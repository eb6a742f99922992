package dev.healing.runner.drill;

import dev.healing.api.Outcome;
import dev.healing.core.json.JsonText;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a drill measured.
 *
 * @param brokenAt when the fault was injected
 * @param detectedAt when the incident was opened
 * @param actedAt when what was broken ran again
 * @param verifiedAt when that was validated
 * @param outcome what came of it
 */
public record Timings(
    Instant brokenAt,
    Optional<Instant> detectedAt,
    Optional<Instant> actedAt,
    Optional<Instant> verifiedAt,
    Outcome outcome) {

  /** Whether it ended well. */
  public boolean healed() {
    return outcome == Outcome.HEALED;
  }

  /** {@code {detectMillis, actMillis, verifyMillis, totalMillis, outcome}}; null: not reached. */
  public ObjectNode json() {
    ObjectNode json = JsonText.object();
    put(json, "detectMillis", Optional.of(brokenAt), detectedAt);
    put(json, "actMillis", detectedAt, actedAt);
    put(json, "verifyMillis", actedAt, verifiedAt);
    put(json, "totalMillis", Optional.of(brokenAt), verifiedAt);
    return json.put("outcome", outcome.name());
  }

  private static void put(
      ObjectNode json, String name, Optional<Instant> from, Optional<Instant> to) {
    if (from.isPresent() && to.isPresent()) {
      json.put(name, Math.max(0, Duration.between(from.get(), to.get()).toMillis()));
    } else {
      json.putNull(name);
    }
  }
}
