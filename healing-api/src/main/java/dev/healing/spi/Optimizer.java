package dev.healing.spi;

import dev.healing.api.HostState;
import dev.healing.api.Opportunity;
import dev.healing.api.Receipt;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Finds what is worth doing before it is an issue. Safe for several threads: called on workers,
 * while a person waits.
 */
public interface Optimizer {
  /** What is worth doing in this state, best score first. Changes nothing. */
  List<Opportunity> findOpportunities(HostState state);

  /**
   * Has it done, through the same guards, journal and validation as any heal.
   *
   * @param healer has it done on the word of whoever chose it
   * @return what came of it
   */
  CompletionStage<Receipt> apply(Opportunity opportunity, Healer healer);
}
