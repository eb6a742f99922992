package dev.healing.runner.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A host with a hidden truth: how likely each of six actions is to heal each problem. Problems come
 * back at random, some often and most rarely; up to three actions are tried, then a person is
 * asked. One unit of value is an incident healed; time is in hours.
 */
final class World {
  /** What each action costs: waiting and risk. The dearer ones help a little more often. */
  static final double[] COST = {0.03, 0.06, 0.09, 0.135, 0.18, 0.24};

  static final int ACTIONS = COST.length;
  static final int ATTEMPTS = 3;
  private static final double MEAN = 0.28;
  private static final double MORE_FOR_THE_DEARER = 0.035;
  private static final int TYPES = 8;

  /** What is typical of its type is worth so many attempts to a problem. */
  static final double ALIKE = 3;

  private static final double ZIPF = 0.9;

  /** What was falsely thought healed is back after so many hours, on average. */
  private static final double BACK = 0.2;

  /**
   * A kind of world.
   *
   * @param name for people
   * @param problems how many there are
   * @param incidents how many there will be
   * @param changes how probable it is with each incident that one problem becomes another
   * @param falselyHealed how often what did not heal is taken for healed
   * @param unseen how often a heal is not seen
   * @param late by how many incidents half of the outcomes are told late, at most
   * @param typesMeanSomething whether problems of a type are alike
   */
  record Kind(
      String name,
      int problems,
      int incidents,
      double changes,
      double falselyHealed,
      double unseen,
      int late,
      boolean typesMeanSomething) {}

  /** Who chooses, and learns. */
  interface Policy {
    /** An incident has begun. */
    void incident(int type, int problem, double hours);

    /** Which action to try next, or -1 to ask a person. */
    int choose(boolean[] tried);

    /** How likely it said that the action just chosen would heal. */
    double confidence();

    /** What was seen to come of it. */
    void outcome(Told told);
  }

  /** What a policy is told of an attempt. */
  record Told(int type, int problem, int action, double confidence, double hours, boolean healed) {}

  private record Late(int due, Told told) {}

  private final Kind kind;
  private final SplittableRandom random;
  private final double[][] typical;
  private final double[][] truth;
  private final int[] type;
  private final double[] often;

  World(Kind kind, long seed) {
    this.kind = kind;
    this.random = new SplittableRandom(seed);
    typical = new double[TYPES][ACTIONS];
    double[] everywhere = new double[ACTIONS];
    for (int a = 0; a < ACTIONS; a++) {
      everywhere[a] = probability(MEAN + MORE_FOR_THE_DEARER * (a - 2.5), 4);
    }
    for (double[] one : typical) {
      for (int a = 0; a < ACTIONS; a++) {
        one[a] = kind.typesMeanSomething() ? probability(everywhere[a], 5) : everywhere[a];
      }
    }
    truth = new double[kind.problems()][ACTIONS];
    type = new int[kind.problems()];
    often = new double[kind.problems()];
    double sum = 0;
    for (int p = 0; p < kind.problems(); p++) {
      type[p] = random.nextInt(TYPES);
      change(p);
      sum += 1 / Math.pow(p + 1, ZIPF);
      often[p] = sum;
    }
  }

  int type(int problem) {
    return type[problem];
  }

  /** How likely each action is to heal it. */
  double[] healing(int problem) {
    return truth[problem];
  }

  /** How likely each action is to heal problems of its type, on average. */
  double[] typical(int problem) {
    return typical[type[problem]];
  }

  private void change(int problem) {
    for (int a = 0; a < ACTIONS; a++) {
      truth[problem][a] = probability(typical[type[problem]][a], ALIKE);
    }
  }

  /** What becomes of a policy in this world. */
  void live(Policy policy, Score score) {
    PriorityQueue<double[]> back = new PriorityQueue<>((a, b) -> Double.compare(a[0], b[0]));
    Deque<Late> late = new ArrayDeque<>();
    double next = gap();
    for (int incident = 0; incident < kind.incidents(); incident++) {
      double now;
      int problem;
      if (!back.isEmpty() && back.peek()[0] < next) {
        now = back.peek()[0];
        problem = (int) back.poll()[1];
      } else {
        now = next;
        next += gap();
        problem = drawn();
      }
      if (random.nextDouble() < kind.changes()) {
        change(random.nextInt(kind.problems()));
      }
      while (!late.isEmpty() && late.peek().due() <= incident) {
        policy.outcome(late.poll().told());
      }
      if (incident(policy, score, late, incident, problem, now)) {
        back.add(new double[] {now + BACK * gap(), problem});
      }
    }
  }

  /** Whether it was falsely taken for healed. */
  private boolean incident(
      Policy policy, Score score, Deque<Late> late, int incident, int problem, double now) {
    double[] healing = truth[problem];
    score.incident(
        best(healing, new boolean[ACTIONS], ATTEMPTS, false),
        best(healing, new boolean[ACTIONS], ATTEMPTS, true));
    boolean[] tried = new boolean[ACTIONS];
    boolean gone = false;
    policy.incident(type[problem], problem, now);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int action = policy.choose(tried);
      if (action < 0) {
        return false;
      }
      if (tried[action]) {
        throw new IllegalStateException("tried twice in one incident");
      }
      tried[action] = true;
      score.value((gone ? 0 : healing[action]) - COST[action]);
      if (!gone) {
        gone = random.nextDouble() < healing[action];
        score.attempt(policy.confidence(), gone);
      }
      boolean healed =
          gone ? random.nextDouble() >= kind.unseen() : random.nextDouble() < kind.falselyHealed();
      Told told = new Told(type[problem], problem, action, policy.confidence(), now, healed);
      if (kind.late() > 0 && random.nextBoolean()) {
        late.add(new Late(incident + 1 + random.nextInt(kind.late()), told));
      } else {
        policy.outcome(told);
      }
      if (healed) {
        return !gone;
      }
    }
    return false;
  }

  /**
   * What the truly best choices are worth: of each next action by itself, or of all together.
   * Validation is as wrong for who knows the truth as for everybody.
   */
  private double best(double[] healing, boolean[] tried, int left, boolean together) {
    double most = together ? 0 : Double.NEGATIVE_INFINITY;
    double worth = 0;
    for (int a = 0; a < ACTIONS && left > 0; a++) {
      double gain = healing[a] - COST[a];
      if (!tried[a] && (together || gain > most)) {
        tried[a] = true;
        double rest = best(healing, tried, left - 1, together);
        tried[a] = false;
        double all = gain + (1 - healing[a]) * (1 - kind.falselyHealed()) * rest;
        if (left > 1) {
          all -= healing[a] * kind.unseen() * COST[1]; // one more, in vain
        }
        if (together) {
          most = Math.max(most, all);
          worth = most;
        } else {
          most = gain;
          worth = all;
        }
      }
    }
    return worth;
  }

  private double gap() {
    return -Math.log(1 - random.nextDouble());
  }

  private int drawn() {
    double drawn = random.nextDouble() * often[often.length - 1];
    int problem = 0;
    while (often[problem] < drawn) {
      problem++;
    }
    return problem;
  }

  /** From a Beta distribution of this mean, worth so many attempts. */
  private double probability(double mean, double strength) {
    double x = gamma(mean * strength);
    double y = gamma((1 - mean) * strength);
    return Math.max(0.01, Math.min(0.99, x / (x + y)));
  }

  /** Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, ACM TOMS 26, 2000. */
  private double gamma(double shape) {
    if (shape < 1) {
      return gamma(shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
    }
    double d = shape - 1 / 3.0;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = Math.pow(1 + c * x, 3);
      if (v > 0 && Math.log(random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }
}
