package dev.healing.optimizer.forecast;

import java.time.Duration;

/**
 * How far the forecasts of this series are to be believed: every hour it is asked what it says, and
 * what came of it is remembered. Where it was wrong it is silent, until it is higher than it was
 * then or has been right for a week.
 */
final class Trust {
  /** What it is judged by. */
  static final Duration HORIZON = Duration.ofHours(4);

  private static final long JUDGED_AFTER = HORIZON.multipliedBy(2).toSeconds();
  private static final long FORGOTTEN_AFTER = Duration.ofDays(7).toSeconds();
  private static final long EVERY = Duration.ofHours(1).toSeconds();

  /** By this part of what was left then, it is another matter. */
  private static final double HIGHER = 0.1;

  /** Where it is doubted. */
  static final double NEEDED = 0.65;

  private long asked = Long.MIN_VALUE;
  private boolean said;
  private long saidAt;
  private double highest;
  private boolean wrong;
  private long wrongAt;
  private double wrongLevel;
  private int timesRight;
  private int timesWrong;

  /** What we have given back since it was said, which is no merit of the forecast's. */
  private double givenBack;

  void add(long second, double value) {
    if (!said) {
      return;
    }
    highest = Math.max(highest, value + givenBack);
    if (highest >= 1) {
      said = false;
      timesRight++;
    } else if (second - saidAt >= JUDGED_AFTER) {
      said = false;
      timesWrong++;
      wrong = true;
      wrongAt = second;
      wrongLevel = highest - givenBack;
    }
  }

  /** All is so much lower from now on, by our own doing. */
  void gaveBack(double freed) {
    givenBack += freed;
    wrongLevel -= freed;
  }

  /** How often what was said came true, or would have without our doing. */
  int timesRight() {
    return timesRight;
  }

  int timesWrong() {
    return timesWrong;
  }

  boolean asks(long second) {
    return Math.floorDiv(second, EVERY) > asked;
  }

  void said(long second, double value, boolean reaches) {
    asked = Math.floorDiv(second, EVERY);
    if (reaches && !said) {
      said = true;
      saidAt = second;
      highest = value;
      givenBack = 0;
    }
  }

  /** The probability below which it is not to be believed. */
  double needed(long second, double value) {
    boolean doubted =
        wrong
            && second - wrongAt < FORGOTTEN_AFTER
            && value < wrongLevel + HIGHER * (1 - wrongLevel);
    return doubted ? NEEDED : 0;
  }
}
