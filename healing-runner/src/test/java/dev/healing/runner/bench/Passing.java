package dev.healing.runner.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A host half of whose problems pass by themselves now and then, each at a rate between 0 and 0.9
 * and in a time of its own. Whatever is done about an incident that would have passed seems to heal
 * it. Beside that the world is a {@link World}.
 */
final class Passing {
  static final int MOST_PATIENCE_SECONDS = 120;
  private static final int PROBLEMS = 30;
  private static final int INCIDENTS_EACH = 200;
  private static final List<Integer> KNOWN_AFTER = List.of(50, 100, 200);
  private static final int LEARNED_AFTER = 100;
  private static final double SPREAD = 0.5;

  private final World world;
  private final SplittableRandom random;
  private final double[] rate = new double[PROBLEMS];
  private final double[] medianSeconds = new double[PROBLEMS];
  private final SplittableRandom truthOnly = new SplittableRandom(1);
  private final AtBest[][] evidence = new AtBest[PROBLEMS][World.ACTIONS];

  /** What came of it, over several worlds. */
  static final class Result {
    private final SortedMap<Integer, List<Double>> errors = new TreeMap<>();
    private final SortedMap<Integer, List<Double>> atBest = new TreeMap<>();
    private long actions;
    private long needless;
    private long passing;
    private long incidents;
    private double waited;

    double meanError(int after) {
      return errors.get(after).stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private void error(int after, double ours, double best) {
      errors.computeIfAbsent(after, s -> new ArrayList<>()).add(ours);
      atBest.computeIfAbsent(after, s -> new ArrayList<>()).add(best);
    }

    private static double quantile(List<Double> all, double share) {
      return all.stream().sorted().toList().get((int) (all.size() * share));
    }

    double needlessShare() {
      return (double) needless / actions;
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("uplift off by");
      errors.forEach(
          (after, all) ->
              text.append(
                  String.format(
                      Locale.ROOT,
                      " %.3f (half by less than %.3f, nine of ten by less than %.3f; at best %.3f)"
                          + " after %d incidents,",
                      meanError(after),
                      quantile(all, 0.5),
                      quantile(all, 0.9),
                      atBest.get(after).stream().mapToDouble(v -> v).average().orElseThrow(),
                      after)));
      return text.append(
              String.format(
                  Locale.ROOT,
                  " after %d needless: %.1f %% of the actions (acting at once: %.1f %%), %.0f s"
                      + " waited on average",
                  LEARNED_AFTER,
                  100 * needlessShare(),
                  100.0 * passing / incidents,
                  waited / incidents))
          .toString();
    }
  }

  Passing(long seed) {
    World.Kind kind = new World.Kind("passing", PROBLEMS, 0, 0, 0, 0, 0, true);
    world = new World(kind, seed);
    random = new SplittableRandom(seed);
    for (int problem = 0; problem < PROBLEMS; problem++) {
      rate[problem] = problem % 2 == 0 ? 0 : 0.9 * random.nextDouble();
      medianSeconds[problem] = 3 * Math.pow(20, random.nextDouble()); // 3 s to 1 min
      for (int action = 0; action < World.ACTIONS; action++) {
        evidence[problem][action] = new AtBest(world.typical(problem)[action]);
      }
    }
  }

  void live(OurChoice ours, Result result) {
    int[] seen = new int[PROBLEMS];
    for (int incident = 0; incident < PROBLEMS * INCIDENTS_EACH; incident++) {
      int problem = random.nextInt(PROBLEMS);
      seen[problem]++;
      incident(ours, problem, seen[problem], incident, result);
    }
  }

  private void incident(OurChoice ours, int problem, int seen, double hours, Result result) {
    double passesAfter = passesAfter(problem);
    ours.incident(world.type(problem), problem, hours);
    double patience = ours.patience(MOST_PATIENCE_SECONDS);
    boolean learned = seen > LEARNED_AFTER;
    if (learned) {
      result.incidents++;
      result.passing += passesAfter <= MOST_PATIENCE_SECONDS ? 1 : 0;
      result.waited += Math.min(patience, passesAfter);
    }
    if (passesAfter <= patience) {
      ours.passed(passesAfter);
      return;
    }
    boolean passes = passesAfter <= MOST_PATIENCE_SECONDS;
    boolean[] tried = new boolean[World.ACTIONS];
    for (int attempt = 0; attempt < World.ATTEMPTS; attempt++) {
      int action = ours.choose(tried);
      if (action < 0) {
        return;
      }
      tried[action] = true;
      double healing = world.healing(problem)[action];
      if (attempt == 0) {
        if (KNOWN_AFTER.contains(seen)) {
          result.error(
              seen,
              Math.abs(ours.uplift() - healing * (1 - rate[problem])),
              Math.abs(evidence[problem][action].mean() - healing) * (1 - rate[problem]));
        }
        if (learned) {
          result.actions++;
          result.needless += passes ? 1 : 0;
        }
      }
      boolean healed = passes || random.nextDouble() < healing;
      if (attempt == 0 || !passes) {
        evidence[problem][action].saw(healed, attempt == 0 ? passesLater(problem, patience) : 0);
      }
      ours.outcome(
          new World.Told(world.type(problem), problem, action, ours.confidence(), hours, healed));
      if (healed) {
        return;
      }
    }
  }

  /** Of what is there after so many seconds: that it passes in time. */
  private double passesLater(int problem, double seconds) {
    int before = 0;
    for (int draw = 0; draw < 2000; draw++) {
      before += timeToPass(problem, truthOnly) <= seconds ? 1 : 0;
    }
    double later = rate[problem] * (1 - before / 2000.0);
    return later / (1 - rate[problem] + later);
  }

  /** Infinite if it does not. */
  private double passesAfter(int problem) {
    if (random.nextDouble() >= rate[problem]) {
      return Double.POSITIVE_INFINITY;
    }
    return timeToPass(problem, random);
  }

  private double timeToPass(int problem, SplittableRandom from) {
    double seconds;
    do {
      seconds = medianSeconds[problem] * Math.exp(SPREAD * from.nextGaussian());
    } while (seconds > MOST_PATIENCE_SECONDS);
    return seconds;
  }
}
