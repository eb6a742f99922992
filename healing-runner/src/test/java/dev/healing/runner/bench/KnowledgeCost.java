package dev.healing.runner.bench;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.LadderPlanner;
import dev.healing.core.host.LinuxHost;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Planner;
import dev.healing.testkit.HostStates;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Run by benchmarks/knowledge: what knowing costs, with state on a real disk. */
public final class KnowledgeCost {
  private static final int PROBLEMS = 10_000;
  private static final int ACTIONS = 6;
  private static final int BATCH = 100;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private KnowledgeCost() {}

  /**
   * Measures one thing.
   *
   * @param arguments "record" or "load", a directory, and how many outcomes to record
   */
  public static void main(String[] arguments) throws Exception {
    try (LinuxHost host = LinuxHost.open(Path.of(arguments[1]))) {
      try (KnowledgeBase base = new JsonKnowledgeBaseProvider().create(host)) {
        if (arguments[0].equals("record")) {
          record(base, Integer.parseInt(arguments[2]));
        } else {
          load(base);
        }
      }
    }
  }

  private static void record(KnowledgeBase base, int outcomes) {
    SplittableRandom random = new SplittableRandom(1);
    int shown = Math.max(1, outcomes / 10 / BATCH);
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long begin = System.nanoTime();
    long busy = thread.getCurrentThreadCpuTime();
    long slowest = 0;
    for (int batch = 1; batch <= outcomes / BATCH; batch++) {
      List<Receipt> receipts = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        receipts.add(receipt(random, (batch - 1L) * BATCH + i));
      }
      long before = System.nanoTime();
      base.record(receipts);
      slowest = Math.max(slowest, System.nanoTime() - before);
      if (batch % shown == 0) {
        System.out.printf(
            Locale.ROOT,
            "%,9d outcomes: %.1f us a record, of which %.1f us of processor time; fsync (of %d at"
                + " once) and folding included; the longest batch %.0f ms%n",
            batch * BATCH,
            (System.nanoTime() - begin) / 1e3 / shown / BATCH,
            (thread.getCurrentThreadCpuTime() - busy) / 1e3 / shown / BATCH,
            BATCH,
            slowest / 1e6);
        begin = System.nanoTime();
        busy = thread.getCurrentThreadCpuTime();
        slowest = 0;
      }
    }
  }

  private static Receipt receipt(SplittableRandom random, long number) {
    int problem = number < PROBLEMS ? (int) number : random.nextInt(PROBLEMS);
    int action = random.nextInt(3);
    Instant at = BEGIN.plusSeconds(20 * number);
    boolean healed = random.nextInt(ACTIONS) < action + 2;
    return new Receipt(
        "r" + number,
        "i",
        type(problem),
        new TreeSet<>(List.of("/mnt/" + problem)),
        ActionId.of("action" + action),
        "/mnt",
        Origin.AUTOMATIC,
        healed ? Outcome.HEALED : Outcome.UNCHANGED,
        at,
        Optional.of(at),
        at,
        new TreeMap<>(Map.of("filesystem.used{/mnt/" + problem + "}", random.nextDouble())),
        new TreeMap<>(Map.of("filesystem.used{/mnt/" + problem + "}", random.nextDouble())),
        0.5,
        List.of("try"),
        List.of(),
        new TreeMap<>(Map.of("load.per_cpu", random.nextDouble(), "generation.number", 42.0)),
        List.of(),
        "");
  }

  private static IssueType type(int problem) {
    return IssueType.of("type" + problem % 10);
  }

  private static void load(KnowledgeBase base) {
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long begin = System.nanoTime();
    long busy = thread.getCurrentThreadCpuTime();
    String first = ask(base, 0).reason();
    double loaded = (System.nanoTime() - begin) / 1e9;
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    System.out.printf(
        Locale.ROOT,
        "loaded in %.2f s, %.2f s of processor time (wanted: 2) with a heap of %d MB, of which it keeps %d%n  %s%n",
        loaded,
        (thread.getCurrentThreadCpuTime() - busy) / 1e9,
        runtime.maxMemory() >> 20,
        runtime.totalMemory() - runtime.freeMemory() >> 20,
        first);
    for (int round = 0; round < 5; round++) {
      int asked = 200_000;
      double sum = 0;
      begin = thread.getCurrentThreadCpuTime();
      for (int i = 0; i < asked; i++) {
        sum += ask(base, i % 997).value();
      }
      double lookUp = (thread.getCurrentThreadCpuTime() - begin) / 1e3 / asked;
      begin = thread.getCurrentThreadCpuTime();
      int decisions = 20_000;
      for (int i = 0; i < decisions; i++) {
        sum += decide(base, i % 997);
      }
      double decision = (thread.getCurrentThreadCpuTime() - begin) / 1e3 / decisions;
      System.out.printf(
          Locale.ROOT,
          "processor time: a look-up %.2f us (wanted: 1), a decision among %d actions %.1f us (wanted: 20) [%.0f]%n",
          lookUp,
          ACTIONS,
          decision,
          sum);
    }
    System.out.println("problems: " + base.problems());
  }

  private static final List<Fingerprint> FINGERPRINTS = new ArrayList<>();
  private static final List<Incident> INCIDENTS = new ArrayList<>();
  private static final List<ActionDescription> DESCRIPTIONS = new ArrayList<>();
  private static final HostState STATE = HostStates.at(BEGIN).build();

  static {
    for (int problem = 0; problem < 997; problem++) {
      Issue issue =
          Issue.of(
              BEGIN,
              type(problem),
              Severity.HIGH,
              "it is in trouble",
              new TreeMap<>(),
              List.of("/mnt/" + problem));
      FINGERPRINTS.add(issue.fingerprint());
      INCIDENTS.add(
          new Incident(
              "i",
              issue.fingerprint(),
              issue,
              IncidentStatus.OPEN,
              BEGIN,
              BEGIN,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              List.of(),
              ""));
    }
    for (int action = 0; action < ACTIONS; action++) {
      DESCRIPTIONS.add(
          new ActionDescription(
              ActionId.of("action" + action),
              "does it",
              Set.of(type(0)),
              action < 3 ? Risk.LOW : Risk.MEDIUM,
              Set.of(),
              true,
              "undone by itself",
              Duration.ofSeconds(10L * action),
              Duration.ofMinutes(5)));
    }
  }

  private static dev.healing.api.Confidence ask(KnowledgeBase base, int problem) {
    return base.confidence(FINGERPRINTS.get(problem), DESCRIPTIONS.get(1).id());
  }

  private static double decide(KnowledgeBase base, int problem) {
    List<Planner.Candidate> candidates = new ArrayList<>();
    for (ActionDescription action : DESCRIPTIONS) {
      candidates.add(
          new Planner.Candidate(
              action, base.confidence(FINGERPRINTS.get(problem), action.id()), Optional.empty()));
    }
    return new LadderPlanner()
        .plan(INCIDENTS.get(problem), STATE, candidates)
        .next()
        .confidence()
        .value();
  }
}
