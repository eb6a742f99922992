package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One outcome, as a line of the journal: of an action, of doing nothing, or of a whole incident.
 *
 * @param seq one more than that of the outcome before; says whether it is counted already
 * @param receipt where to read more: id of the receipt in the audit log; absent like {@code action}
 * @param key of the {@linkplain Problem#key problem}
 * @param action name of the action; present if that is what it is the outcome of
 * @param outcome what came of it; absent like {@code action}
 * @param at when that was known
 * @param detected when the incident was first seen; absent in lines of before version 2
 * @param started when the action was; absent if nobody knows, and like {@code action}
 * @param shown the confidence with which it was chosen; absent in lines of before version 2
 * @param origin on whose word; absent in lines of before version 3, and if nothing was done
 * @param passedAfter seconds after which the problem passed by itself; present if it did
 * @param ending how an incident ended; present if one did
 * @param metrics of the issue, by their names: before and after; absent like {@code action}, and if
 *     none was read both times
 * @param context in what circumstances it was done, and what began meanwhile; absent like {@code
 *     action}, and if nothing is known of that
 * @param opportunity true if it was an opportunity, and so no attempt at the problem; else absent
 */
record JournalLine(
    long seq,
    @Nullable String receipt,
    String key,
    @Nullable String action,
    @Nullable Outcome outcome,
    Instant at,
    @Nullable Instant detected,
    @Nullable Instant started,
    @Nullable Double shown,
    @Nullable Origin origin,
    @Nullable Double passedAfter,
    @Nullable IncidentStatus ending,
    @Nullable SortedMap<String, List<Double>> metrics,
    @Nullable Context context,
    @Nullable Boolean opportunity)
    implements Stored {
  JournalLine {
    Counts.require("seq", seq);
    if (seq == 0) {
      throw new IllegalArgumentException("expected seq in every line");
    }
    if (passedAfter != null || ending != null) {
      if (passedAfter != null) {
        Counts.require("passedAfter", passedAfter, 0, Absences.MOST_SECONDS);
      }
      if (action != null || outcome != null || started != null || detected == null) {
        throw new IllegalArgumentException(
            "what passed by itself, or ended: expected detected, and neither action nor outcome");
      }
      if (passedAfter != null && ending != null) {
        throw new IllegalArgumentException("expected passedAfter or ending, not both");
      }
    } else {
      if (receipt == null || action == null || outcome == null) {
        throw new IllegalArgumentException(
            "expected receipt, action and outcome, or passedAfter, or ending, in every line");
      }
      if (outcome == Outcome.NOT_ATTEMPTED) {
        throw new IllegalArgumentException("outcome is NOT_ATTEMPTED: expected what came of it");
      }
      ActionId.of(action);
    }
    requireTime("at", at);
    requireTime("detected", detected);
    requireTime("started", started);
    if (metrics != null) {
      Course.require(metrics);
    }
    if (shown != null) {
      Counts.require("shown", shown, 0, 1);
    }
  }

  static JournalLine read(Members from) {
    return new JournalLine(
        from.whole("seq"),
        from.ifAny("receipt", Kind.TEXT),
        from.text("key"),
        from.ifAny("action", Kind.TEXT),
        from.ifAny("outcome", Kind.oneOf(Outcome.class)),
        from.get("at", Kind.TIME),
        from.ifAny("detected", Kind.TIME),
        from.ifAny("started", Kind.TIME),
        from.ifAny("shown", Kind.NUMBER),
        from.ifAny("origin", Kind.oneOf(Origin.class)),
        from.ifAny("passedAfter", Kind.NUMBER),
        from.ifAny("ending", Kind.oneOf(IncidentStatus.class)),
        from.ifAny("metrics", Kind.mapOf(Kind.listOf(Kind.NUMBER))),
        from.ifAny("context", Kind.object(Context::read)),
        from.ifAny("opportunity", Kind.FLAG));
  }

  @Override
  public void write(Writing object) {
    object
        .with("seq", seq)
        .with("receipt", receipt)
        .with("key", key)
        .with("action", action)
        .with("outcome", outcome)
        .with("at", at)
        .with("detected", detected)
        .with("started", started)
        .with("shown", shown)
        .with("origin", origin)
        .with("passedAfter", passedAfter)
        .with("ending", ending)
        .with("metrics", metrics)
        .with("context", context)
        .with("opportunity", opportunity);
  }

  /** Which action; only of what did not pass by itself. */
  String attempted() {
    return Objects.requireNonNull(action, "passed by itself");
  }

  /** What came of it; only of what did not pass by itself. */
  Outcome cameOfIt() {
    return Objects.requireNonNull(outcome, "passed by itself");
  }

  /** Whether nothing was wrong when it was done. */
  boolean ofOpportunity() {
    return Boolean.TRUE.equals(opportunity);
  }

  /** How the incident ended; only of one. */
  IncidentStatus ended() {
    return Objects.requireNonNull(ending, "not of an incident");
  }

  /** Null as well if it is later than the outcome: then the clock was set in between. */
  @Nullable Instant detectedBefore() {
    return detected == null || detected.isAfter(at) ? null : detected;
  }

  /** Since 1970. */
  static double seconds(Instant at) {
    return at.toEpochMilli() / 1e3;
  }

  /** Refuses a time from which nothing could be computed. */
  static void requireTime(String name, @Nullable Instant time) {
    if (time != null) {
      long most = Absences.MOST_SECONDS;
      Counts.require("seconds since 1970 of " + name, time.getEpochSecond(), -most, most);
    }
  }

  static JournalLine of(long seq, Receipt receipt) {
    return new JournalLine(
        seq,
        receipt.id(),
        Problem.key(receipt.fingerprint()),
        receipt.action().name(),
        receipt.outcome(),
        receipt.finishedAt(),
        receipt.detectedAt(),
        receipt.startedAt().orElse(null),
        Math.max(0, Math.min(1, receipt.confidence())),
        receipt.origin(),
        null,
        null,
        Course.seen(receipt.before(), receipt.after()),
        Context.of(receipt),
        receipt.isOpportunity() ? true : null);
  }

  static JournalLine of(long seq, Recovery recovery) {
    return new JournalLine(
        seq,
        null,
        Problem.key(recovery.fingerprint()),
        null,
        null,
        recovery.recoveredAt(),
        recovery.detectedAt(),
        null,
        null,
        null,
        recovery.took().toMillis() / 1e3,
        null,
        null,
        null,
        null);
  }

  /** Of an incident that has ended. */
  static JournalLine of(long seq, Incident incident) {
    return new JournalLine(
        seq,
        null,
        Problem.key(incident.fingerprint()),
        null,
        null,
        incident.closedAt().orElse(incident.lastSeen()),
        incident.firstSeen(),
        null,
        null,
        incident.attempts().stream()
            .filter(receipt -> receipt.startedAt().isPresent())
            .map(Receipt::origin)
            .max(Comparator.naturalOrder())
            .orElse(null),
        null,
        incident.status(),
        null,
        null,
        null);
  }
}
