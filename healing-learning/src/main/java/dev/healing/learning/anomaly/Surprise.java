package dev.healing.learning.anomaly;

import dev.healing.spi.AnomalyScorer;
import java.time.Instant;

/**
 * Scores a series by how surprising each value is to {@value #MEASURES} measures together.
 *
 * <p>From 0.5 up somebody should be told, which is so for one row of an episode; below it the score
 * says how strange the row is all the same. Silent at first: an expectation takes {@value
 * #EXPECTATION_ROWS} rows, and a past another hundred.
 */
final class Surprise implements AnomalyScorer {
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

  Surprise() {
    for (int i = 0; i < MEASURES; i++) {
      past[i] = new PastEpisodes();
    }
  }

  @Override
  public double score(Instant at, double value) {
    double surprise = surprise(at.getEpochSecond(), Math.max(-LARGEST, Math.min(LARGEST, value)));
    rows++;
    return telling.tells(rows, surprise)
        ? 1 - Telling.THRESHOLD / (2 * surprise)
        : UNTOLD * Math.min(1, surprise / Telling.THRESHOLD);
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
      sum += drift(4, scaled, scale > 0 ? finerSurplus / scale : finerSurplus);
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
