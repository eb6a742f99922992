package dev.healing.api;

import java.time.Instant;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Something that healing itself does or has done to the host: whoever judges what was measured can
 * tell its doing from what would have been without it.
 *
 * @param type of the issue that it was done for
 * @param action what
 * @param target to what, as previewed
 * @param components of that issue
 * @param detectedAt when the problem was first seen
 * @param startedAt when it was started
 * @param endedAt when it ended; absent while it runs
 * @param outcome what came of it; absent until that is known
 */
public record OwnAction(
    IssueType type,
    ActionId action,
    String target,
    SortedSet<String> components,
    Instant detectedAt,
    Instant startedAt,
    Optional<Instant> endedAt,
    Optional<Outcome> outcome) {
  /** Copies. */
  public OwnAction {
    Objects.requireNonNull(type, "own action without the type of its issue");
    Objects.requireNonNull(action, "own action without its name");
    Objects.requireNonNull(target, "own action without a target");
    Objects.requireNonNull(detectedAt, "own action without when its problem was seen");
    Objects.requireNonNull(startedAt, "own action without a start");
    Objects.requireNonNull(endedAt, "own action without an end, not even empty");
    Objects.requireNonNull(outcome, "own action without an outcome, not even empty");
    components = Collections.unmodifiableSortedSet(new TreeSet<>(components));
  }

  /** Whether it was done to this component, or for its sake. */
  public boolean concerns(String component) {
    return target.equals(component) || components.contains(component);
  }
}
