package dev.healing.runner.bench;

import java.util.List;
import java.util.Locale;

/** Run by benchmarks/choosing: how well the engine chooses, beside policies without a model. */
final class Choosing {
  private static final double CHANGES = 0.02;

  static final List<World.Kind> WORLDS =
      List.of(
          new World.Kind("30 problems", 30, 2500, 0, 0, 0, 0, true),
          new World.Kind("with drift", 30, 2500, CHANGES, 0, 0, 0, true),
          new World.Kind("wrong and late validation", 30, 2500, 0, 0.1, 0.05, 20, true),
          new World.Kind("200 problems, 1000 incidents", 200, 1000, 0, 0, 0, 0, true),
          new World.Kind("all at once", 30, 2500, CHANGES, 0.1, 0.05, 20, true),
          new World.Kind("types mean nothing", 200, 1000, 0, 0, 0, 0, false));

  private Choosing() {}

  /**
   * Prints the table.
   *
   * @param arguments how many runs a row, and the first of their seeds
   */
  public static void main(String[] arguments) {
    int runs = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    System.out.printf(
        Locale.ROOT,
        "%d runs a row, seeds %d to %d. Regret per 1000 incidents, against always choosing the truly"
            + " best (the truly best ladder) / calibration error%n",
        runs,
        seed,
        seed + runs - 1);
    for (World.Kind kind : WORLDS) {
      System.out.println(kind.name());
      for (Naive naive : Naive.values()) {
        Score score = new Score();
        for (int run = 0; run < runs; run++) {
          new World(kind, seed + run).live(naive.in(kind, seed + run), score);
        }
        print(naive.name().toLowerCase(Locale.ROOT).replace('_', ' '), score);
      }
      print("healing", ours(kind, runs, seed));
    }
    System.out.println("half of the problems pass by themselves, at rates from 0 to 0.9");
    System.out.println("  healing: " + passing(runs, seed));
  }

  static Score ours(World.Kind kind, int runs, long seed) {
    Score score = new Score();
    for (int run = 0; run < runs; run++) {
      new World(kind, seed + run).live(new OurChoice(), score);
    }
    return score;
  }

  static Passing.Result passing(int runs, long seed) {
    Passing.Result result = new Passing.Result();
    for (int run = 0; run < runs; run++) {
      new Passing(seed + run).live(new OurChoice(), result);
    }
    return result;
  }

  private static void print(String who, Score score) {
    System.out.printf(Locale.ROOT, "  %-24s %s%n", who, score);
  }
}
