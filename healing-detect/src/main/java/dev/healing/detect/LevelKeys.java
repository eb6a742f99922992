package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Configuration.NofM;

/**
 * The keys that set a level: {@code high}, {@code critical}, {@code clear} and {@code for}. Who
 * sets only {@code high} gets the others moved along, so that one key is enough to be consistent.
 */
public record LevelKeys(double high, double critical, double clear, NofM of) {
  /** How far below a lowered {@code high} it is clear, or half of it, unless that is said. */
  private static final double GAP = 0.05;

  /** More than any fraction: never. */
  private static final double NEVER = 2;

  /** With a critical level. */
  public static LevelKeys of(Configuration section, LevelKeys fallback) {
    double high = section.fraction("high", fallback.high);
    double critical = section.fraction("critical", Math.max(high, fallback.critical));
    if (high > critical) {
      section.contradiction("critical", "at least 'high', which is " + Texts.percent(high));
    }
    return new LevelKeys(
        high, critical, clear(section, high, fallback), section.nOfM("for", fallback.of));
  }

  /** Without one. */
  static LevelKeys withoutCritical(Configuration section, LevelKeys fallback) {
    double high = section.fraction("high", fallback.high);
    return new LevelKeys(
        high, NEVER, clear(section, high, fallback), section.nOfM("for", fallback.of));
  }

  private static double clear(Configuration section, double high, LevelKeys fallback) {
    double usual = fallback.clear < high ? fallback.clear : Math.max(high / 2, high - GAP);
    double clear = section.fraction("clear", usual);
    if (clear >= high) {
      section.contradiction("clear", "less than 'high', which is " + Texts.percent(high));
    }
    return clear;
  }

  /** A level with these keys. */
  public Level level() {
    return new Level(Level.Limits.above(high, critical, clear, of));
  }
}
