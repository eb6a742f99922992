package dev.healing.optimizer.forecast;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** One trace while it is drawn: a value a minute, from a seed. */
final class Drawing {
  static final int DAY = 1440;

  final Random random;

  /** Minutes. */
  final int length;

  /** When a curve that fills is to be full, in minutes from the beginning. */
  final double full;

  /** At which minute of the week it begins. */
  final int offset;

  private double[] values = {};

  Drawing(long seed) {
    random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
    length = (int) (between(3, 10) * DAY);
    full = Math.floor(between(Math.min(1.5 * DAY, 0.5 * length), length - 1));
    offset = random.nextInt(7 * DAY);
  }

  double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  double logBetween(double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** A day of this height, from its lowest to its highest, with a shape and a phase of its own. */
  double[] day(double height) {
    double phase = random.nextDouble();
    double second = between(0, 0.5);
    double secondPhase = random.nextDouble();
    double[] day = new double[DAY];
    double low = Double.MAX_VALUE;
    double high = -Double.MAX_VALUE;
    for (int i = 0; i < DAY; i++) {
      double turns = (double) i / DAY;
      day[i] = Kind.wave(turns + phase) + second * Kind.wave(2 * turns + secondPhase);
      low = Math.min(low, day[i]);
      high = Math.max(high, day[i]);
    }
    for (int i = 0; i < DAY; i++) {
      day[i] = height * ((day[i] - low) / (high - low) - 0.5);
    }
    return day;
  }

  /** Rises from 0 to 1 again and again, in so many minutes, more or less. */
  double[] saw(double minutes, double uneven) {
    double[] saw = new double[length];
    double done = random.nextDouble();
    double pace = 1 / minutes;
    for (int i = 0; i < length; i++) {
      done += pace;
      if (done >= 1) {
        done -= Math.floor(done);
        pace = 1 / (minutes * (1 + uneven * between(-1, 1)));
      }
      saw[i] = done;
    }
    return saw;
  }

  /** How often it has fallen before each minute. */
  int[] rounds(double[] saw) {
    int[] rounds = new int[saw.length];
    for (int i = 1; i < saw.length; i++) {
      rounds[i] = rounds[i - 1] + (saw[i] < saw[i - 1] ? 1 : 0);
    }
    return rounds;
  }

  /** So many rises at any time, at most this high, each freed again. */
  double[] bursts(int count, double height) {
    double[] bursts = new double[length];
    for (int i = 0; i < count; i++) {
      int rise = (int) logBetween(30, 480);
      int stay = (int) between(0, 120);
      int fall = (int) logBetween(1, 60);
      int begin = (int) between(0.05 * length, 0.9 * length);
      double top = height * between(0.6, 1);
      for (int m = 0; m < rise + stay + fall && begin + m < length; m++) {
        double share =
            m < rise
                ? (double) m / rise
                : m < rise + stay ? 1 : 1 - (m - rise - stay) / (double) fall;
        bursts[begin + m] = Math.max(bursts[begin + m], top * share);
      }
    }
    return bursts;
  }

  void fill(DoubleUnaryOperator curve) {
    values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = curve.applyAsDouble(i);
    }
  }

  /** With noise, and what goes wrong with measuring. */
  double[] measured() {
    double noise = logBetween(0.0003, 0.008);
    double[] measured = new double[length];
    for (int i = 0; i < length; i++) {
      measured[i] = Math.max(0, values[i] + noise * random.nextGaussian());
    }
    if (chance(0.3)) {
      double share = between(0, 0.05);
      for (int i = 0; i < length; i++) {
        measured[i] = chance(share) ? Double.NaN : measured[i];
      }
    }
    if (chance(0.3)) {
      int gaps = 1 + random.nextInt(3);
      for (int i = 0; i < gaps; i++) {
        lose(measured, (int) logBetween(10, 480), Double.NaN);
      }
    }
    if (chance(0.2)) {
      int resets = 1 + random.nextInt(3);
      for (int i = 0; i < resets; i++) {
        lose(measured, 1 + random.nextInt(10), 0);
      }
    }
    return measured;
  }

  private void lose(double[] measured, int minutes, double instead) {
    int from = random.nextInt(length);
    Arrays.fill(measured, from, Math.min(length, from + minutes), instead);
  }
}
