package dev.healing.runner.bench;

import java.util.SplittableRandom;

/** What policies without a model do, to see that the worlds are as hard as they should be. */
enum Naive {
  CHEAPEST_FIRST,
  SUCCESSES_BY_ATTEMPTS,
  WILSON_LOWER_BOUND,
  BETA_THOMPSON;

  World.Policy in(World.Kind kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[][] healed = new int[kind.problems()][World.ACTIONS];
    int[][] tried = new int[kind.problems()][World.ACTIONS];
    return new World.Policy() {
      private int problem;
      private double confidence;

      @Override
      public void incident(int type, int about, double hours) {
        problem = about;
      }

      @Override
      public int choose(boolean[] done) {
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < World.ACTIONS; a++) {
          double rating = done[a] ? 0 : rating(a) - World.COST[a];
          if (!done[a] && rating > most) {
            most = rating;
            best = a;
          }
        }
        confidence = mean(best);
        return best;
      }

      private double rating(int action) {
        if (Naive.this == CHEAPEST_FIRST) {
          return 0;
        }
        if (Naive.this != BETA_THOMPSON) {
          return mean(action);
        }
        int h = healed[problem][action];
        double x = gamma(h + 1);
        return x / (x + gamma(tried[problem][action] - h + 1));
      }

      private double mean(int action) {
        double h = healed[problem][action];
        double n = tried[problem][action];
        return switch (Naive.this) {
          case CHEAPEST_FIRST -> 0.5;
          case SUCCESSES_BY_ATTEMPTS -> n == 0 ? 0.5 : Math.min(0.95, h / n);
          case WILSON_LOWER_BOUND -> n == 0 ? 0.5 : Math.min(0.95, wilson(h / n, n));
          case BETA_THOMPSON -> (h + 1) / (n + 2);
        };
      }

      /** Of a whole shape: a sum of exponentials. */
      private double gamma(int shape) {
        double sum = 0;
        for (int i = 0; i < shape; i++) {
          sum -= Math.log(1 - random.nextDouble());
        }
        return sum;
      }

      @Override
      public double confidence() {
        return confidence;
      }

      @Override
      public void outcome(World.Told told) {
        tried[told.problem()][told.action()]++;
        healed[told.problem()][told.action()] += told.healed() ? 1 : 0;
      }
    };
  }

  private static double wilson(double rate, double n) {
    double z = 1.96;
    double middle = rate + z * z / (2 * n);
    double width = z * Math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n));
    return (middle - width) / (1 + z * z / n);
  }
}
