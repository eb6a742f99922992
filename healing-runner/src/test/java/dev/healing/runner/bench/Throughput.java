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
import dev.healing.api.Privilege;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import dev.healing.testkit.InMemoryStateStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * How many issues a second the whole loop takes from request to receipt, with an action that does
 * nothing and a detector that finds the issue gone: all that is left is the engine, learning
 * included.
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
      report(
          "without journal (state in memory)",
          new WithState(host, new InMemoryStateStore()),
          issues);
      report("with the fsynced journal", host, issues);
    }
  }

  private static void report(String how, HostContext host, int issues) throws Exception {
    try (HealingEngine engine =
        HealingEngine.builder()
            .host(host)
            .configuration(LIMITS)
            .discoverPlugins(false)
            .add(new JsonKnowledgeBaseProvider())
            .add(new Gone())
            .add(new Nothing())
            .build()) {
      engine.start();
      heal(engine, "warm-up", issues / 4);
      long start = System.nanoTime();
      heal(engine, "measured", issues);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf("%-36s %,10.0f issues/s%n", how, issues / seconds);
    }
  }

  private static void heal(HealingEngine engine, String name, int issues) {
    List<CompletionStage<Receipt>> answers = new ArrayList<>(issues);
    for (int i = 0; i < issues; i++) {
      answers.add(engine.heal(issue(name + "-" + i)));
    }
    for (CompletionStage<Receipt> answer : answers) {
      Receipt receipt = answer.toCompletableFuture().join();
      if (receipt.outcome() != Outcome.HEALED) {
        throw new IllegalStateException("expected HEALED, got " + receipt);
      }
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

  private static final class Gone implements DetectorProvider, Detector {
    @Override
    public String name() {
      return "bench_gone";
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
      return Detection.NOTHING;
    }
  }

  private static final class Nothing implements ActionProvider, HealingAction {
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
          return ActionReport.done("nothing");
        }
      };
    }
  }

  /** A host with its state elsewhere. */
  private record WithState(HostContext host, StateStore state) implements HostContext {
    @Override
    public TimeSource time() {
      return host.time();
    }

    @Override
    public Workers workers() {
      return host.workers();
    }

    @Override
    public CommandRunner commands() {
      return host.commands();
    }

    @Override
    public HostFiles files() {
      return host.files();
    }

    @Override
    public HostProcesses processes() {
      return host.processes();
    }

    @Override
    public Systemd systemd() {
      return host.systemd();
    }

    @Override
    public Protection protection() {
      return host.protection();
    }

    @Override
    public Set<Privilege> privileges() {
      return host.privileges();
    }

    @Override
    public Configuration configuration() {
      return host.configuration();
    }
  }
}
