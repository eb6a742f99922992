package dev.healing.api;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an action says it did. Whether that healed anything is judged by looking again.
 *
 * @param result what the action itself knows
 * @param detail one line for a person
 * @param before numbers taken before, by name with unit
 * @param after the same numbers taken after
 */
public record ActionReport(
    Result result,
    String detail,
    SortedMap<String, Double> before,
    SortedMap<String, Double> after) {
  /** What an action can know of its own work. */
  public enum Result {
    /** It did what the preview said. */
    DONE,
    /** It ran and nothing came of it: nothing freed, nothing changed. */
    NOTHING_GAINED,
    /** What it began is not over, and nobody can say yet what comes of it. */
    UNDER_WAY,
    /** It tried and did not manage. */
    FAILED,
    /** The world had changed since the preview, so nothing was done. */
    REFUSED
  }

  /** Validates and copies. */
  public ActionReport {
    Objects.requireNonNull(result, "report without a result");
    Objects.requireNonNull(detail, "report without a detail");
    before = finite(before);
    after = finite(after);
  }

  private static SortedMap<String, Double> finite(SortedMap<String, Double> numbers) {
    SortedMap<String, Double> kept = new TreeMap<>(numbers);
    kept.values().removeIf(value -> !Double.isFinite(value)); // no number is an absent number
    return Collections.unmodifiableSortedMap(kept);
  }

  /** Done as previewed, without numbers. */
  public static ActionReport done(String detail) {
    return of(Result.DONE, detail, Map.of(), Map.of());
  }

  /** Tried in vain. */
  public static ActionReport failed(String detail) {
    return of(Result.FAILED, detail, Map.of(), Map.of());
  }

  /** The world changed; nothing was done. */
  public static ActionReport refused(String detail) {
    return of(Result.REFUSED, detail, Map.of(), Map.of());
  }

  /** A report with numbers. */
  public static ActionReport of(
      Result result, String detail, Map<String, Double> before, Map<String, Double> after) {
    return new ActionReport(result, detail, new TreeMap<>(before), new TreeMap<>(after));
  }
}
