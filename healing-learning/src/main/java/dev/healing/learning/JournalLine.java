package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One outcome, as a line of the journal.
 *
 * @param seq one more than that of the outcome before; says whether it is counted already
 * @param receipt where to read more: id of the receipt in the audit log
 * @param key of the fingerprint
 * @param action name of the action
 * @param outcome what came of it
 * @param at when that was known
 * @param detected when the incident was first seen; absent in lines of before version 2
 * @param started when the action was; absent if nobody knows
 * @param shown the confidence with which it was chosen; absent in lines of before version 2
 */
record JournalLine(
    long seq,
    String receipt,
    String key,
    String action,
    Outcome outcome,
    Instant at,
    @Nullable Instant detected,
    @Nullable Instant started,
    @Nullable Double shown) {
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
    requireTime("at", at);
    requireTime("detected", detected);
    requireTime("started", started);
    if (shown != null) {
      Counts.require("shown", shown, 0, 1);
    }
  }

  private static void requireTime(String name, @Nullable Instant time) {
    if (time != null) {
      long most = KnowledgeFile.Absences.MOST_SECONDS;
      Counts.require("seconds since 1970 of " + name, time.getEpochSecond(), -most, most);
    }
  }

  static JournalLine of(long seq, Receipt receipt) {
    return new JournalLine(
        seq,
        receipt.id(),
        receipt.fingerprint().key(),
        receipt.action().name(),
        receipt.outcome(),
        receipt.finishedAt(),
        receipt.detectedAt(),
        receipt.startedAt().orElse(null),
        Math.max(0, Math.min(1, receipt.confidence())));
  }
}
