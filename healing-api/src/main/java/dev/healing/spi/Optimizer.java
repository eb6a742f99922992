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
   * Has the best of it done by itself, as far as it is time for that and it may. The engine calls
   * it about once a minute while it watches, one call at a time, on a worker; it may take minutes.
   *
   * @param state the newest look
   * @param acts whether anything may be done without a person; if not, it only learns and prepares
   *     what it proposes
   */
  default void cycle(HostState state, boolean acts) {}

  /**
   * Has it done, through the same guards, journal and validation as any heal.
   *
   * @param healer has it done on the word of whoever chose it
   * @return what came of it
   */
  CompletionStage<Receipt> apply(Opportunity opportunity, Healer healer);
}
