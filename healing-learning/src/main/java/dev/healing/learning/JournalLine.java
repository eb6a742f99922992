package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.time.Instant;

/**
 * One outcome, as a line of the journal.
 *
 * @param seq one more than that of the outcome before; says whether it is counted already
 * @param receipt where to read more: id of the receipt in the audit log
 * @param key of the fingerprint
 * @param action name of the action
 * @param outcome what came of it
 * @param at when that was known
 */
record JournalLine(
    long seq, String receipt, String key, String action, Outcome outcome, Instant at) {
  JournalLine {
    Counts.require("seq", seq);
    if (seq == 0
        || receipt == null
        || key == null
        || action == null
        || outcome == null
        || at == null) {
      throw new IllegalArgumentException(
          "expected seq, receipt, key, action, outcome and at in every line");
    }
    if (outcome == Outcome.NOT_ATTEMPTED) {
      throw new IllegalArgumentException("outcome is NOT_ATTEMPTED: expected what came of it");
    }
    ActionId.of(action);
  }

  static JournalLine of(long seq, Receipt receipt) {
    return new JournalLine(
        seq,
        receipt.id(),
        receipt.fingerprint().key(),
        receipt.action().name(),
        receipt.outcome(),
        receipt.finishedAt());
  }
}
