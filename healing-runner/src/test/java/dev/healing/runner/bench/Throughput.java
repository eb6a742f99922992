package dev.healing.runner.bench;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.StateStore;
import dev.healing.testkit.HostAround;
import dev.healing.testkit.InMemoryStateStore;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.StoreAround;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many issues a second the whole loop takes from request to validated receipt, with an action
 * that only crosses the issue out of what its detector reports: all that is left is the engine,
 * alone, with learning and all that is written kept in memory, and with the journal on a disk. Some
 * thousand issues are under way at any time, as many as two looks take.
 */
public final class Throughput {
  private static final IssueType TYPE = IssueType.of("bench_trouble");
  private static final ActionDescription NOTHING =
      new ActionDescription(
          ActionId.of("bench_nothing"),
          "does nothing",
          Set.of(TYPE),
          Risk.LOW,
          Set.of(),
          true,
          "nothing to undo",
          Duration.ZERO,
          Duration.ofMinutes(1));
  private static final Configuration LIMITS =
      Configuration.of(
          Map.of(
              "limits",
              Map.of(
                  "heals-per-hour",
                  "off",
                  "cooldown",
                  "0s",
                  "attempts",
                  1_000_000,
                  "health-floor",
                  0,
                  "storm",
                  100_000_000)));

  private static final int UNDER_WAY = 5_000;

  private Throughput() {}

  /**
   * Measures, after warming up.
   *
   * @param arguments the directory for the journal, and how many issues to heal
   */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int issues = Integer.parseInt(arguments[1]);
    try (LinuxHost host = LinuxHost.open(Files.createTempDirectory(directory, "throughput"))) {
      StateStore memory = new InMemoryStateStore();
      report(
          "without journal", new WithState(host, new Unwritten(memory)), new NoKnowledge(), issues);
      report(
          "written to memory, with learning",
          new WithState(host, new InMemoryStateStore()),
          new JsonKnowledgeBaseProvider(),
          issues);
      report("with journal and learning", host, new JsonKnowledgeBaseProvider(), issues);
    }
  }

  private static void report(
      String how, HostContext host, KnowledgeBaseProvider knowledge, int issues) throws Exception {
    Map<String, Issue> trouble = new ConcurrentHashMap<>();
    try (HealingEngine engine =
        HealingEngine.builder()
            .host(host)
            .configuration(LIMITS)
            .discoverPlugins(false)
            .add(knowledge)
            .add(new Reported(trouble))
            .add(new Nothing(trouble))
            .build()) {
      engine.start();
      heal(engine, trouble, "warm-up", issues / 2);
      long start = System.nanoTime();
      heal(engine, trouble, "measured", issues);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf("%-36s %,10.0f issues/s%n", how, issues / seconds);
    }
  }

  private static void heal(
      HealingEngine engine, Map<String, Issue> trouble, String name, int issues)
      throws InterruptedException {
    Semaphore room = new Semaphore(UNDER_WAY);
    Map<Outcome, LongAdder> outcomes = new ConcurrentHashMap<>();
    for (int i = 0; i < issues; i++) {
      room.acquire();
      Issue issue = issue(name + "-" + i);
      trouble.put(issue.components().first(), issue);
      engine
          .heal(issue)
          .thenAccept(
              receipt -> {
                outcomes.computeIfAbsent(receipt.outcome(), o -> new LongAdder()).increment();
                room.release();
              });
    }
    room.acquire(UNDER_WAY);
    if (!outcomes.keySet().equals(Set.of(Outcome.HEALED))) {
      throw new IllegalStateException("expected all HEALED, got " + outcomes);
    }
  }

  private static Issue issue(String component) {
    return Issue.of(
        Instant.now(),
        TYPE,
        Severity.HIGH,
        component + " is in trouble",
        Map.of(),
        List.of(component));
  }

  private record Reported(Map<String, Issue> trouble) implements DetectorProvider, Detector {
    @Override
    public String name() {
      return "bench_reported";
    }

    @Override
    public Detector create(HostContext context) {
      return this;
    }

    @Override
    public Set<IssueType> reports() {
      return Set.of(TYPE);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.of(List.copyOf(trouble.values()));
    }
  }

  private record Nothing(Map<String, Issue> trouble) implements ActionProvider, HealingAction {
    @Override
    public String name() {
      return NOTHING.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return this;
    }

    @Override
    public ActionDescription description() {
      return NOTHING;
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String target = issue.components().first();
      Preview preview =
          Preview.of(target, "bench:" + target, Duration.ZERO, Map.of(), "do nothing");
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return preview;
        }

        @Override
        public ActionReport execute(Execution execution) {
          trouble.remove(target);
          return ActionReport.done("nothing");
        }
      };
    }
  }

  /** Keeps no line that is appended. */
  private static final class Unwritten extends StoreAround {
    Unwritten(StateStore rest) {
      super(rest);
    }

    @Override
    public void append(String file, List<String> jsonObjects) {
      // Nobody reads them, so that they are not even put into words.
    }
  }

  /** A host with its state elsewhere. */
  private static final class WithState extends HostAround {
    private final StateStore state;

    WithState(HostContext host, StateStore state) {
      super(host);
      this.state = state;
    }

    @Override
    public StateStore state() {
      return state;
    }
  }
}
