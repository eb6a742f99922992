package dev.healing.learning;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether it gets better: what came of the incidents of each calendar month, in UTC. */
final class Months {
  /** The newest are kept. */
  static final int MOST = 24;

  /**
   * One month. The last four are computed, and absent where there is nothing to divide by.
   *
   * @param month which
   * @param incidents how many ended in it
   * @param recurring how many of them were of a problem that had been there in the 30 days before
   * @param healed how many of them were healed
   * @param healedSeconds sum of the times from when those were first seen to when they were healed
   * @param selfRecovered how many passed by themselves
   * @param unattended how many were healed or passed without any word of a person
   * @param heals how many attempts healed, of all that were made in it
   * @param takenBack how many of those were probably none, since the problem was back too soon
   * @param recurrenceRate {@code recurring} of {@code incidents}
   * @param timeToHealSeconds the mean
   * @param unattendedRate {@code unattended} of {@code incidents}
   * @param falseHealRate {@code takenBack} of {@code heals}
   */
  record Month(
      YearMonth month,
      long incidents,
      long recurring,
      long healed,
      double healedSeconds,
      long selfRecovered,
      long unattended,
      long heals,
      double takenBack,
      @Nullable Double recurrenceRate,
      @Nullable Double timeToHealSeconds,
      @Nullable Double unattendedRate,
      @Nullable Double falseHealRate)
      implements Stored {
    Month {
      Counts.require("months.incidents", incidents);
      Counts.require("months.recurring", recurring, 0, incidents);
      Counts.require("months.healed", healed, 0, incidents);
      Counts.require("months.healedSeconds", healedSeconds, 0, 1e18);
      Counts.require("months.selfRecovered", selfRecovered, 0, incidents);
      Counts.require("months.unattended", unattended, 0, incidents);
      Counts.require("months.heals", heals);
      Counts.require("months.takenBack", takenBack, 0, heals);
    }

    static Month read(Members from) {
      return new Month(
          from.get("month", Kind.MONTH),
          from.whole("incidents"),
          from.whole("recurring"),
          from.whole("healed"),
          from.number("healedSeconds"),
          from.whole("selfRecovered"),
          from.whole("unattended"),
          from.whole("heals"),
          from.number("takenBack"),
          from.ifAny("recurrenceRate", Kind.NUMBER),
          from.ifAny("timeToHealSeconds", Kind.NUMBER),
          from.ifAny("unattendedRate", Kind.NUMBER),
          from.ifAny("falseHealRate", Kind.NUMBER));
    }

    @Override
    public void write(Writing object) {
      object
          .with("month", month)
          .with("incidents", incidents)
          .with("recurring", recurring)
          .with("healed", healed)
          .with("healedSeconds", healedSeconds)
          .with("selfRecovered", selfRecovered)
          .with("unattended", unattended)
          .with("heals", heals)
          .with("takenBack", takenBack)
          .with("recurrenceRate", recurrenceRate)
          .with("timeToHealSeconds", timeToHealSeconds)
          .with("unattendedRate", unattendedRate)
          .with("falseHealRate", falseHealRate);
    }
  }

  /** One month while it is counted. */
  private static final class Counting {
    long incidents;
    long recurring;
    long healed;
    double healedSeconds;
    long selfRecovered;
    long unattended;
    long heals;
    double takenBack;
  }

  private final TreeMap<YearMonth, Counting> all = new TreeMap<>();

  Months(List<Month> file) {
    for (Month month : file) {
      Counting counting = new Counting();
      counting.incidents = month.incidents();
      counting.recurring = month.recurring();
      counting.healed = month.healed();
      counting.healedSeconds = month.healedSeconds();
      counting.selfRecovered = month.selfRecovered();
      counting.unattended = month.unattended();
      counting.heals = month.heals();
      counting.takenBack = month.takenBack();
      all.put(month.month(), counting);
    }
  }

  private static YearMonth month(Instant at) {
    return YearMonth.from(at.atOffset(ZoneOffset.UTC));
  }

  private Counting of(Instant at) {
    YearMonth month = month(at);
    all.tailMap(month.plusMonths(1), false).clear(); // of a clock that was wrong
    Counting counting = all.computeIfAbsent(month, m -> new Counting());
    while (all.size() > MOST) {
      all.pollFirstEntry();
    }
    return counting;
  }

  /**
   * An incident has ended.
   *
   * @param recurring whether its problem had been there not long before
   * @param attended whether a person had a word in it
   */
  void ended(JournalLine line, boolean recurring, boolean attended) {
    Counting month = of(line.at());
    month.incidents++;
    month.recurring += recurring ? 1 : 0;
    switch (line.ended()) {
      case HEALED -> {
        month.healed++;
        Instant detected = line.detectedBefore();
        month.healedSeconds +=
            detected == null ? 0 : Duration.between(detected, line.at()).toMillis() / 1e3;
        month.unattended += attended ? 0 : 1;
      }
      case SELF_RECOVERED -> {
        month.selfRecovered++;
        month.unattended += attended ? 0 : 1;
      }
      default -> {} // a person has it
    }
  }

  /** An attempt healed. */
  void healed(Instant at) {
    of(at).heals++;
  }

  /** An attempt that was made then healed less than was thought. */
  void takenBack(Instant at, double share) {
    Counting month = all.get(month(at));
    if (month != null) {
      month.takenBack = Math.min(month.heals, month.takenBack + share);
    }
  }

  /** Oldest first. */
  List<Month> file() {
    return all.entrySet().stream().map(e -> summary(e.getKey(), e.getValue())).toList();
  }

  private static Month summary(YearMonth name, Counting month) {
    return new Month(
        name,
        month.incidents,
        month.recurring,
        month.healed,
        Counts.rounded(month.healedSeconds),
        month.selfRecovered,
        month.unattended,
        month.heals,
        Counts.rounded(month.takenBack),
        rate(month.recurring, month.incidents),
        rate(month.healedSeconds, month.healed),
        rate(month.unattended, month.incidents),
        rate(month.takenBack, month.heals));
  }

  private static @Nullable Double rate(double some, long all) {
    return all == 0 ? null : Counts.rounded(some / all);
  }
}
