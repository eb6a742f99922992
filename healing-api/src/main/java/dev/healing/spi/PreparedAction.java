package dev.healing.spi;

import dev.healing.api.ActionReport;
import dev.healing.api.Preview;

/** An action that has worked out what it would do, and can do just that, once. */
public interface PreparedAction {
  /** Exactly what {@link #execute} does. */
  Preview preview();

  /**
   * Whether exactly this ends or removes something that was there, although its action can be
   * undone as a rule. What the host looked like is then recorded before, as for what cannot be
   * undone.
   */
  default boolean destroys() {
    return false;
  }

  /**
   * Does it, on a worker, within the action's time limit: then it is interrupted, and its lane
   * stays taken until it has come back. First checks that the facts of the preview still hold, and
   * {@linkplain ActionReport#refused refuses} if they don't.
   *
   * @throws dev.healing.api.HealingException if it fails; the same as a failed report
   */
  ActionReport execute(Execution execution);
}
