package dev.healing.spi;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.Receipt;
import java.util.Collection;
import java.util.List;

/**
 * Remembers what was tried for which problem and what came of it. Safe for several threads: it is
 * asked and told on workers, and may be asked while it is told. What takes longer than {@code
 * plugins.deadline} is left behind; until it comes back nothing is known, and what there was to
 * tell meanwhile is told then.
 */
public interface KnowledgeBase extends AutoCloseable {
  /** How likely the action is to heal the problem. {@link Confidence#UNKNOWN} without history. */
  Confidence confidence(Fingerprint fingerprint, ActionId action);

  /**
   * Remembers outcomes, durably when it returns.
   *
   * @throws dev.healing.api.HostException if they could not be written; they are remembered in
   *     memory all the same
   */
  void record(Collection<Receipt> receipts);

  /** Everything known, as one JSON document. */
  String export();

  /** What is wrong with its files, one line each. */
  default List<String> problems() {
    return List.of();
  }

  @Override
  default void close() {}
}
