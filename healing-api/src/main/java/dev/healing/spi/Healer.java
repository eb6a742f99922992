package dev.healing.spi;

import dev.healing.api.ActionId;
import dev.healing.api.Issue;
import dev.healing.api.Receipt;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

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
   *     reason if nothing was done
   */
  CompletionStage<Receipt> heal(Issue issue, Optional<ActionId> action, Detector validator);
}
