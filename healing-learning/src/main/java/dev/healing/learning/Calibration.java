package dev.healing.learning;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether of the actions that were begun with a confidence of 0.8, 80 % healed: the expected
 * calibration error over ten bins (Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated
 * Probabilities Using Bayesian Binning, AAAI 2015), and the mean squared error (Brier, Verification
 * of Forecasts Expressed in Terms of Probability, Monthly Weather Review 78, 1950).
 */
final class Calibration {
  static final int BINS = 10;

  private final long[] attempts = new long[BINS];
  private final double[] shown = new double[BINS];
  private final double[] healed = new double[BINS];
  private double squares;

  /**
   * One of them.
   *
   * @param attempts how many
   * @param shown their mean confidence
   * @param healed which share of them healed
   */
  record Bin(long attempts, double shown, double healed) implements Stored {
    Bin {
      Counts.require("bins.attempts", attempts);
      Counts.require("bins.shown", shown, 0, 1);
      Counts.require("bins.healed", healed, 0, 1);
    }

    static Bin read(Members from) {
      return new Bin(from.whole("attempts"), from.number("shown"), from.number("healed"));
    }

    @Override
    public void write(Writing object) {
      object.with("attempts", attempts).with("shown", shown).with("healed", healed);
    }
  }

  /**
   * What {@link Calibration} has counted.
   *
   * @param attempts how many
   * @param squares sum of the squared errors
   * @param brierScore their mean; absent without any. Computed
   * @param calibrationError how far what was shown is from what healed, on average. Computed
   * @param bins of confidences from 0 to 0.1, ...
   */
  record Shown(
      long attempts,
      double squares,
      @Nullable Double brierScore,
      @Nullable Double calibrationError,
      List<Bin> bins)
      implements Stored {
    static final Shown NONE = new Shown(0, 0, null, null, List.of());

    Shown {
      Counts.require("calibration.attempts", attempts);
      Counts.require("calibration.squares", squares, 0, Tally.MOST);
      bins = List.copyOf(bins);
      Counts.requireSize("bins", bins, 0, BINS);
    }

    static Shown read(Members from) {
      return new Shown(
          from.whole("attempts"),
          from.number("squares"),
          from.ifAny("brierScore", Kind.NUMBER),
          from.ifAny("calibrationError", Kind.NUMBER),
          from.get("bins", Kind.listOf(Kind.object(Bin::read))));
    }

    @Override
    public void write(Writing object) {
      object
          .with("attempts", attempts)
          .with("squares", squares)
          .with("brierScore", brierScore)
          .with("calibrationError", calibrationError)
          .with("bins", bins);
    }
  }

  Calibration(Shown file) {
    squares = file.squares();
    for (int bin = 0; bin < file.bins().size(); bin++) {
      Bin one = file.bins().get(bin);
      attempts[bin] = one.attempts();
      shown[bin] = one.shown() * one.attempts();
      healed[bin] = one.healed() * one.attempts();
    }
  }

  private static int bin(double confidence) {
    return Math.min(BINS - 1, Math.max(0, (int) (confidence * BINS)));
  }

  /** An action of this confidence healed, or did not, or in part if nobody can be sure. */
  void count(double confidence, double share) {
    int bin = bin(confidence);
    attempts[bin]++;
    shown[bin] += confidence;
    healed[bin] += share;
    squares += square(confidence, share);
  }

  /** What was counted as the one was rather the other. */
  void correct(double confidence, double wasShare, double share) {
    int bin = bin(confidence);
    healed[bin] = Math.max(0, Math.min(attempts[bin], healed[bin] + share - wasShare));
    squares = Math.max(0, squares + square(confidence, share) - square(confidence, wasShare));
  }

  private static double square(double confidence, double share) {
    return share * (1 - confidence) * (1 - confidence) + (1 - share) * confidence * confidence;
  }

  Shown file() {
    long all = 0;
    double apart = 0;
    for (int bin = 0; bin < BINS; bin++) {
      all += attempts[bin];
      apart += Math.abs(shown[bin] - healed[bin]);
    }
    return new Shown(
        all,
        Counts.rounded(squares),
        all == 0 ? null : Counts.rounded(squares / all),
        all == 0 ? null : Counts.rounded(apart / all),
        IntStream.range(0, BINS).mapToObj(this::summary).toList());
  }

  private Bin summary(int bin) {
    long count = attempts[bin];
    return new Bin(
        count,
        count == 0 ? 0 : Counts.rounded(shown[bin] / count),
        count == 0 ? 0 : Counts.rounded(healed[bin] / count));
  }
}
