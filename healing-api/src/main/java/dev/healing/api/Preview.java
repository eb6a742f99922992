package dev.healing.api;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Exactly what an action would do. What is executed is what was previewed, or nothing.
 *
 * @param target the component that is touched, for example {@code nginx.service}; "similar actions"
 *     are those with the same action and target
 * @param lane what the action has to itself while it runs: {@code unit:nginx.service}, {@code
 *     filesystem:/var}, {@code nix-store}, {@code memory}
 * @param steps what is done, one line each, in order; at least one
 * @param items how many things (files, processes, paths) are touched, where that is countable
 * @param bytes how many bytes it is expected to give back, where that is known
 * @param expectedDuration how long it probably takes; at most 365 days
 * @param facts what must still be so when it is executed, for example {@code invocation-id}
 */
public record Preview(
    String target,
    String lane,
    List<String> steps,
    OptionalLong items,
    OptionalLong bytes,
    Duration expectedDuration,
    SortedMap<String, String> facts) {
  private static final Duration LONGEST = Duration.ofDays(365);

  /** Validates and copies. */
  public Preview {
    Objects.requireNonNull(target, "preview without a target");
    Objects.requireNonNull(lane, "preview without a lane");
    Objects.requireNonNull(items, "preview without items, not even empty");
    Objects.requireNonNull(bytes, "preview without bytes, not even empty");
    Objects.requireNonNull(expectedDuration, "preview without a duration");
    if (expectedDuration.isNegative() || expectedDuration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "preview of "
              + target
              + ": expected duration "
              + expectedDuration
              + ": expected nothing to "
              + LONGEST);
    }
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("preview of " + target + ": expected at least one step");
    }
    facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
  }

  /** How a step begins that is none, but says what was measured. */
  public static final String BECAUSE = "because ";

  /**
   * Eight hex digits that tell it from another preview of the same incident. What was measured is
   * no part of it: the same may be done for it a minute later.
   */
  public String digest() {
    List<String> done = steps.stream().filter(step -> !step.startsWith(BECAUSE)).toList();
    return new Fingerprint(List.of(target, lane, done, facts).toString()).hash();
  }

  /** A preview of things that have neither number nor size. */
  public static Preview of(
      String target, String lane, Duration expected, Map<String, String> facts, String... steps) {
    return new Preview(
        target,
        lane,
        List.of(steps),
        OptionalLong.empty(),
        OptionalLong.empty(),
        expected,
        new TreeMap<>(facts));
  }
}
