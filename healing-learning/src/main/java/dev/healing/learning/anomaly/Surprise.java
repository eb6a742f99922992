package dev.healing.learning.anomaly;

import java.time.Instant;

/**
 * Says of each value of one series how strange it is, given those before it and nothing else: by
 * how surprising it is to sixteen measures together. Needs no idea of what the values mean.
 *
 * <p>From {@link #TOLD} up somebody should be told, which is so for one row of an episode; below it
 * the score says how strange the row is all the same. Silent at first: an expectation takes sixty
 * rows, and a past another hundred. Bounded memory; not safe for several threads.
 */
public final class Surprise {
  /** The score from which up somebody should be told. */
  public static final double TOLD = 0.5;

  /** The score from which up what is told is ten times as rare as the least that is. */
  public static final double TOLD_TEN_TIMES_AS_RARE =
      1 - Telling.THRESHOLD / (2 * (Telling.THRESHOLD + 1));

  private static final int MEASURES = 16;

  /** Until then an expectation is none. */
  private static final int EXPECTATION_ROWS = 60;

  private static final int HOUR = 3600;
  private static final int LONG_MEMORY = 1000;
  private static final int SHORT_MEMORY = 100;
  private static final int SCALE_MEMORY = 3000;
  private static final double UNTOLD = 0.49;

  /** What is larger counts as this, so that no sum overflows. */
  private static final double LARGEST = 1e150;

  /** A row that stands for a longer time may be a false alarm more often. */
  private static final double TIME_WEIGHT = 0.15;

  private static final double USUAL_SECONDS = 300;
  private static final double INTERVAL_PACE = 0.01;

  private final Expectation expected = Expectation.withRhythm(2 * HOUR, LONG_MEMORY);
  private final Expectation finer = Expectation.withRhythm(HOUR, LONG_MEMORY);
  private final Expectation local = Expectation.ofLatest(SHORT_MEMORY);
  private final Drift absolute = new Drift();
  private final Drift scaled = new Drift();
  private final Drift localDrift = new Drift();
  private final Recent recent = new Recent();
  private final PastEpisodes[] past = new PastEpisodes[MEASURES];
  private final Telling telling = new Telling();
  private double scale;
  private double interval;
  private long latest;
  private long rows;

  /** Has seen nothing yet. */
  public Surprise() {
    for (int i = 0; i < MEASURES; i++) {
      past[i] = new PastEpisodes();
    }
  }

  /**
   * How strange this value is.
   *
   * @param at when it was measured. A sample that is missing is left out; one that is before the
   *     one before it, since the clock went back, counts as one right after it.
   * @param value finite
   * @return 0 (nothing to say) to 1; comparable between series of any kind
   */
  public double score(Instant at, double value) {
    double surprise = surprise(at.getEpochSecond(), bounded(value));
    rows++;
    return telling.tells(rows, surprise)
        ? 1 - Telling.THRESHOLD / (2 * surprise)
        : UNTOLD * Math.min(1, surprise / Telling.THRESHOLD);
  }

  private static double bounded(double value) {
    return Math.max(-LARGEST, Math.min(LARGEST, value));
  }

  private double surprise(long second, double value) {
    pace(second);
    recent.add(value);
    double surplus = expected.surplus(second, value);
    double finerSurplus = finer.surplus(second, value);
    double localSurplus = local.surplus(second, value);
    double sum = 0;
    if (rows >= EXPECTATION_ROWS - 1) {
      sum += drift(0, absolute, surplus);
      sum += drift(4, scaled, scale > 0 ? bounded(finerSurplus / scale) : finerSurplus);
      sum += drift(8, localDrift, localSurplus);
    }
    if (rows > 0) {
      scale += (Math.abs(finerSurplus) - scale) / Math.min(rows + 1, SCALE_MEMORY);
    }
    if (recent.full()) {
      double longer = recent.activity(48);
      sum += square(12, recent.activity(12));
      sum += square(13, longer);
      sum += square(14, -longer);
      sum += square(15, recent.shift());
    }
    return sum == 0 ? 0 : Math.max(0, Math.sqrt(sum / MEASURES) + TIME_WEIGHT * interval);
  }

  private double drift(int first, Drift drift, double surplus) {
    drift.add(surplus);
    double sum = 0;
    for (int i = 0; i < Drift.PACES; i++) {
      sum += square(first + i, drift.at(i));
    }
    return sum;
  }

  private double square(int measure, double value) {
    double surprise = past[measure].surprise(rows, value);
    return surprise * surprise;
  }

  /** Learns how far apart the rows are: the logarithm, against five minutes. */
  private void pace(long second) {
    if (rows > 0) {
      double apart = Math.log10(Math.max(1, second - latest) / USUAL_SECONDS);
      interval += Math.max(INTERVAL_PACE, 1.0 / rows) * (apart - interval);
    }
    latest = second;
  }
}
