package dev.healing.runner.bench;

import java.util.Arrays;

/**
 * What is known of an action on a problem to who knows all but that: what is typical, and how often
 * it passes by itself.
 */
final class AtBest {
  private static final int GRID = 200;
  private final double[] log = new double[GRID];

  AtBest(double typical) {
    for (int i = 0; i < GRID; i++) {
      double h = (i + 0.5) / GRID;
      log[i] =
          (World.ALIKE * typical - 1) * Math.log(h)
              + (World.ALIKE * (1 - typical) - 1) * Math.log(1 - h);
    }
  }

  void saw(boolean healed, double passes) {
    for (int i = 0; i < GRID; i++) {
      double stays = (1 - passes) * (1 - (i + 0.5) / GRID);
      log[i] += Math.log(healed ? 1 - stays : stays);
    }
  }

  double mean() {
    double best = Arrays.stream(log).max().orElseThrow();
    double sum = 0;
    double all = 0;
    for (int i = 0; i < GRID; i++) {
      double weight = Math.exp(log[i] - best);
      all += weight;
      sum += weight * (i + 0.5) / GRID;
    }
    return sum / all;
  }
}
