package dev.healing.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * What a healing action says of itself, once.
 *
 * @param id its name
 * @param summary one line for a person: what it does
 * @param treats the types of issue that it is a remedy for
 * @param risk what it can break at worst; {@link Risk#CRITICAL} always asks for confirmation
 * @param needs privileges without which it cannot work
 * @param idempotent whether doing it twice is the same as doing it once. One that is not is never
 *     started again when we cannot know whether it ran.
 * @param reversible whether its effect can be undone, in words; "irreversible" if not
 * @param settling how long after it the symptom is looked at again; at most 7 days
 * @param timeLimit after which it is interrupted and counts as ambiguous; more than nothing, at
 *     most 7 days
 */
public record ActionDescription(
    ActionId id,
    String summary,
    Set<IssueType> treats,
    Risk risk,
    Set<Privilege> needs,
    boolean idempotent,
    String reversible,
    Duration settling,
    Duration timeLimit) {
  /** How an action says that nothing brings back what it did. */
  public static final String IRREVERSIBLE = "irreversible";

  private static final Duration LONGEST = Duration.ofDays(7);

  /** Validates and copies. */
  public ActionDescription {
    Objects.requireNonNull(id, "action without an id");
    Objects.requireNonNull(summary, () -> id + ": no summary");
    Objects.requireNonNull(risk, () -> id + ": no risk");
    Objects.requireNonNull(
        reversible,
        () -> id + ": not said whether it can be undone: expected words or IRREVERSIBLE");
    treats = Set.copyOf(treats);
    needs = Set.copyOf(needs);
    if (settling.isNegative() || settling.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          id + ": settling time " + settling + ": expected nothing to " + LONGEST);
    }
    if (timeLimit.isNegative() || timeLimit.isZero() || timeLimit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          id + ": time limit " + timeLimit + ": expected more than nothing, at most " + LONGEST);
    }
  }

  /** Whether its effect can be undone. */
  public boolean canBeUndone() {
    return !reversible.equals(IRREVERSIBLE);
  }
}
