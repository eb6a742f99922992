package dev.healing.learning.anomaly;

/**
 * How far a series has drifted from what was expected, at several paces: at once, over some rows,
 * over many rows, and in both directions together.
 */
final class Drift {
  static final int PACES = 4;

  private static final double SOME = 0.2;
  private static final double MANY = 0.05;
  private static final double EITHER = 0.1;

  private double now;
  private double some;
  private double many;
  private double either;

  void add(double surplus) {
    now = surplus;
    some += SOME * (surplus - some);
    many += MANY * (surplus - many);
    either += EITHER * (Math.abs(surplus) - either);
  }

  double at(int pace) {
    return switch (pace) {
      case 0 -> Math.abs(now);
      case 1 -> Math.abs(some);
      case 2 -> Math.abs(many);
      default -> either;
    };
  }
}
