package dev.healing.spi;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * How a part of the system that is not the loop has something done: through the loop. Each acts on
 * somebody's word, which is not for its holder to choose.
 */
public interface Healer {
  /**
   * Opens an incident for this issue and heals it: planned, guarded, journalled, validated.
   *
   * @param action the only action to consider; any that treats the issue's type if empty
   * @param validator looks whether the issue is still there afterwards
   * @return the receipt of the attempt; {@link dev.healing.api.Outcome#NOT_ATTEMPTED} with the
   *     reason if nothing was done. Completes on a worker
   */
  CompletionStage<Receipt> heal(Issue issue, Optional<ActionId> action, Detector validator);

  /**
   * The same, for what can wait: it is asked to stop at its next safe point as soon as there is a
   * reason.
   *
   * @param stop the reason, if there is one; asked often, on any thread
   */
  default CompletionStage<Receipt> heal(
      Issue issue, Optional<ActionId> action, Detector validator, Supplier<Optional<String>> stop) {
    return heal(issue, action, validator);
  }

  /**
   * Works out exactly what an action would do about an issue. Changes nothing; takes as long as the
   * action takes for that, two minutes at most.
   *
   * @return empty if that cannot be worked out here
   * @throws dev.healing.api.HealingException if the action does not come back
   * @throws dev.healing.api.RefusedException if the action would not do it, with the reason
   */
  default Optional<Preview> preview(Issue issue, ActionId action, HostState state) {
    return Optional.empty();
  }
}
