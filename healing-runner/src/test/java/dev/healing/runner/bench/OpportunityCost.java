package dev.healing.runner.bench;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.core.Audit;
import dev.healing.core.EngineJson;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.Detector;
import dev.healing.spi.Healer;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import dev.healing.testkit.HostStates;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Processor time of a cycle of all finders on this host, in which nothing is well: memory is short,
 * sixty file systems fill up, somebody waits for processors, and 2,000 receipts are in the audit.
 * What actions work out beforehand is not part of it.
 */
final class OpportunityCost {
  private static final int CYCLES = 50;
  private static final int RECEIPTS = 2_000;

  private OpportunityCost() {}

  public static void main(String[] arguments) throws IOException {
    Path state = Files.createTempDirectory("healing-opportunities");
    try (LinuxHost host = LinuxHost.open(state)) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < RECEIPTS; i++) {
        lines.add(EngineJson.receipt(receipt(i)).put("kind", "receipt").toString());
      }
      host.state().append("audit.jsonl", lines);
      Healer healer = healer(new Audit(host.state()));
      OptimizerProvider provider = ServiceLoader.load(OptimizerProvider.class).iterator().next();
      double first = millis(provider.create(host, healer)); // as a daemon that has just started
      double worst = 0;
      double sum = 0;
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        double one = millis(provider.create(host, healer)); // nothing is remembered: the audit too
        worst = Math.max(worst, one);
        sum += one;
      }
      Optimizer kept = provider.create(host, healer);
      millis(kept);
      double again = 0;
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        again += millis(kept);
      }
      System.out.printf(
          Locale.ROOT,
          "processor time of a cycle: %.1f ms the first, %.1f ms with the audit read anew (%.1f ms at"
              + " most), %.2f ms else (wanted: at most 50)%n",
          first,
          sum / CYCLES,
          worst,
          again / CYCLES);
    }
  }

  private static double millis(Optimizer optimizer) {
    HostState state = state();
    long before = cpuNanos();
    optimizer.findOpportunities(state);
    return (cpuNanos() - before) / 1e6;
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static HostState state() {
    HostStates now =
        HostStates.at(Instant.now())
            .memory(0.9)
            .sample(Metric.of(Metric.PRESSURE_SOME, "cpu"), 0.5)
            .disk("/", 0.9);
    for (int i = 0; i < 60; i++) {
      now.disk("/srv/" + i, 0.9);
    }
    return now.build();
  }

  private static Healer healer(Audit audit) {
    return new Healer() {
      @Override
      public CompletionStage<Receipt> heal(
          Issue issue, Optional<ActionId> action, Detector validator) {
        return new CompletableFuture<>();
      }

      @Override
      public List<Receipt> history(int most) {
        return audit.history(most);
      }
    };
  }

  private static Receipt receipt(int number) {
    Instant at = Instant.now().minusSeconds(600L * number);
    String unit = "service-" + number % 20 + ".service";
    return new Receipt(
        "r." + number,
        "i" + number,
        number % 5 == 0 ? IssueType.MEMORY_HIGH : IssueType.SERVICE_FAILED,
        new TreeSet<>(Set.of(unit)),
        ActionId.RESTART_SERVICE,
        unit,
        Origin.AUTOMATIC,
        Outcome.HEALED,
        at.minusSeconds(20),
        Optional.of(at.minusSeconds(10)),
        at,
        new TreeMap<>(),
        new TreeMap<>(),
        0.5,
        List.of("restart " + unit),
        List.of(),
        new TreeMap<>(),
        List.of(),
        unit + " is active again after 0.054 s; looked again: the issue is gone");
  }
}
