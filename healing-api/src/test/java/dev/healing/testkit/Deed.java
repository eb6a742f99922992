package dev.healing.testkit;

import dev.healing.api.ActionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Something that was really done to a {@link SimulatedHost}.
 *
 * @param action what
 * @param target to what
 * @param issue id of the issue that it was prepared for
 * @param idempotent whether it says that it may be done twice
 * @param critical whether it must not be done without confirmation
 * @param startedAfter when, in simulated time that no clock jump and no boot changes
 * @param startedWall when, by the wall clock of that moment
 * @param startedMonotonicNanos when, since boot
 * @param bootId in which boot
 * @param incarnation by which process, counted from 1
 * @param health of the host when it began
 * @param notes what the test had {@linkplain SimulatedHost#note noted} then, such as "paused"
 * @param endedAfter when it ended; absent if it never did
 */
public record Deed(
    ActionId action,
    String target,
    String issue,
    boolean idempotent,
    boolean critical,
    Duration startedAfter,
    Instant startedWall,
    long startedMonotonicNanos,
    String bootId,
    int incarnation,
    double health,
    Set<String> notes,
    Optional<Duration> endedAfter) {
  /** Copies. */
  public Deed {
    notes = Set.copyOf(notes);
  }

  Deed ended(Duration after) {
    return new Deed(
        action,
        target,
        issue,
        idempotent,
        critical,
        startedAfter,
        startedWall,
        startedMonotonicNanos,
        bootId,
        incarnation,
        health,
        notes,
        Optional.of(after));
  }
}
