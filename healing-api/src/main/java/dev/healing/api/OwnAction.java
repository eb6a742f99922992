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
 * @param action what
 * @param target to what, as previewed
 * @param components of the issue that it was done for
 * @param startedAt when it was started
 * @param endedAt when it ended; absent while it runs
 * @param outcome what came of it; absent until that is known
 */
public record OwnAction(
    ActionId action,
    String target,
    SortedSet<String> components,
    Instant startedAt,
    Optional<Instant> endedAt,
    Optional<Outcome> outcome) {
  /** Copies. */
  public OwnAction {
    Objects.requireNonNull(action, "own action without its name");
    Objects.requireNonNull(target, "own action without a target");
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
