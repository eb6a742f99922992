package dev.healing.spi;

import dev.healing.api.ActionDescription;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import java.util.Optional;

/**
 * A named remedy.
 *
 * <p>Safe for use by several threads: two targets in two lanes may be treated at once.
 */
public interface HealingAction {
  /** What it says of itself. The same every time; any thread, at once. */
  ActionDescription description();

  /**
   * Why it cannot be used on this host at all, for example "not applicable here: no Nix store".
   * Cheap, and asked often, by several threads; one that throws or takes longer than {@code
   * plugins.deadline} is not used.
   */
  default Optional<String> unavailable() {
    return Optional.empty();
  }

  /**
   * Whether half a second may decide if it helps. Then the receipt of what cannot be undone goes
   * without log lines, for which {@code journalctl} would be waited for.
   */
  default boolean urgent() {
    return false;
  }

  /**
   * Works out exactly what would be done about this issue. Changes nothing. Called on a worker;
   * after two minutes it is interrupted and left behind.
   *
   * @throws dev.healing.api.RefusedException if it cannot be done or would not help, with the
   *     reason
   * @throws dev.healing.api.HostException if that cannot be found out
   */
  PreparedAction prepare(Issue issue, HostState state);
}
