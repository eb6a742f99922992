package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.Benefit;
import dev.healing.api.Fingerprint;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** Priorities, and numbers as people read them. */
final class Estimate {
  static final int MOST_URGENT = 10;
  private static final OptionalDouble NONE = OptionalDouble.empty();

  private static final int AT_THE_THRESHOLD = 5;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Estimate() {}

  /** 5 at the threshold, 10 at 100 %, evenly in between. */
  static int priority(double used, double from) {
    double way = from >= 1 ? 1 : Math.min(1, (used - from) / (1 - from));
    return AT_THE_THRESHOLD + (int) (way * (MOST_URGENT - AT_THE_THRESHOLD));
  }

  /**
   * An opportunity with an id that stays the same from look to look, and that no opportunity of
   * another kind has, though their issues may be of one type about one component.
   */
  static Opportunity opportunity(
      OptimizationType type,
      ActionId action,
      Issue issue,
      int priority,
      double confidence,
      String benefit,
      boolean safeToAutomate) {
    IssueType kind = IssueType.of("opportunity_" + type.name().toLowerCase(Locale.ROOT));
    return new Opportunity(
        Fingerprint.of(kind, issue.components()).hash(),
        type,
        action,
        issue,
        Math.min(MOST_URGENT, priority),
        confidence,
        benefit,
        safeToAutomate);
  }

  /** One that is for a person to do. */
  static Opportunity advice(
      OptimizationType type,
      Issue issue,
      int priority,
      double confidence,
      String benefit,
      Opportunity.Advice advice) {
    return new Opportunity(
        Fingerprint.of(issue.type(), issue.components()).hash(),
        type,
        Optional.empty(),
        issue,
        Math.min(MOST_URGENT, priority),
        confidence,
        benefit,
        false,
        Optional.of(advice),
        "",
        Optional.empty());
  }

  /** Numbers that tell that this should become more. */
  static SortedMap<String, Double> more(Metric of, double now) {
    return told(new Benefit(of, true, NONE, OptionalDouble.of(now), NONE));
  }

  /** Numbers that tell that this should become less. */
  static SortedMap<String, Double> less(Metric of, double now) {
    return told(new Benefit(of, false, NONE, OptionalDouble.of(now), NONE));
  }

  /** The same, where it is known by how much, with its sign. */
  static SortedMap<String, Double> less(Metric of, double now, double estimated) {
    return told(new Benefit(of, false, OptionalDouble.of(estimated), OptionalDouble.of(now), NONE));
  }

  private static SortedMap<String, Double> told(Benefit benefit) {
    SortedMap<String, Double> numbers = new TreeMap<>(benefit.told());
    numbers.put(benefit.of().toString(), benefit.before().orElseThrow());
    return numbers;
  }

  static String percent(double fraction) {
    return tenths(fraction * 100) + " %";
  }

  static String bytes(double count) {
    double value = count;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit == 0 ? String.format(Locale.ROOT, "%.0f", value) : tenths(value))
        + " "
        + UNITS[unit];
  }

  /** Seldom by {@code String.format}: for sixty file systems that took a third of a cycle. */
  private static String tenths(double number) {
    double tenths = number * 10;
    long whole = Math.round(tenths);
    return tenths > 0 && tenths < 1e6 && Math.abs(tenths - whole) < 0.499 // however it rounds
        ? whole / 10 + "." + whole % 10
        : String.format(Locale.ROOT, "%.1f", number);
  }
}
