package dev.healing.core.history;

import java.util.Locale;

/**
 * What is kept how long: finer for a short time, coarser for a long one. Its files are numbered by
 * the hours that they hold, counted as they are written: a number says nothing of the clock, which
 * may jump. A file of a coarser tier holds all hours after the one before it up to its number.
 */
enum Tier {
  /** The hour that is being written: a block for each minute. */
  LOG("log", 1, 1, 0),
  /** Single values. For 24 hours, and until the coarser tiers hold them. */
  SECONDS("1s", 1, 25, 1.0 / 8),
  /** For 30 days, and one as it comes a day at a time. */
  TENS("10s", 10, 31 * 24, 3.0 / 8),
  /** For a year, and one day. */
  MINUTES("1m", 60, 367 * 24, 1.0 / 2);

  /** Of a file that is being written, under whatever name it will have. */
  static final String TEMPORARY = ".tmp";

  private final String prefix;
  private final int step;
  private final int hours;
  private final double share;

  Tier(String prefix, int step, int hours, double share) {
    this.prefix = prefix;
    this.step = step;
    this.hours = hours;
    this.share = share;
  }

  /** Seconds of a step. */
  int step() {
    return step;
  }

  /** How many hours are kept. */
  int hours() {
    return hours;
  }

  /** The part of all the room that it may have when there is not enough. */
  double share() {
    return share;
  }

  String file(long number) {
    return String.format(Locale.ROOT, "%s-%08d", prefix, number);
  }
}
