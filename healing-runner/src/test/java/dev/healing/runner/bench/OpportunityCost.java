package dev.healing.runner.bench;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.Healer;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import dev.healing.testkit.HostStates;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Processor time of a cycle of all finders on this host, in which nothing is well: memory is short,
 * sixty file systems fill up, somebody waits for processors, and a thousand restarts are known,
 * which is the most. What actions work out beforehand is not part of it.
 */
final class OpportunityCost {
  private static final int CYCLES = 50;
  private static final int RESTARTS = 1_000;

  private OpportunityCost() {}

  public static void main(String[] arguments) throws IOException {
    Path state = Files.createTempDirectory("healing-opportunities");
    Healer healer = (issue, action, validator) -> new CompletableFuture<>();
    try (LinuxHost host = LinuxHost.open(state)) {
      OptimizerProvider provider = ServiceLoader.load(OptimizerProvider.class).iterator().next();
      Optimizer optimizer = provider.create(host, healer);
      double first = millis(optimizer); // as a daemon that has just started
      double worst = 0;
      double sum = 0;
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        double one = millis(optimizer);
        worst = Math.max(worst, one);
        sum += one;
      }
      System.out.printf(
          Locale.ROOT,
          "processor time of a cycle: %.1f ms the first, %.2f ms else, %.1f ms at most"
              + " (wanted: at most 50)%n",
          first,
          sum / CYCLES,
          worst);
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
    for (int i = RESTARTS; i > 0; i--) {
      now.own(restart(i));
    }
    return now.build();
  }

  private static OwnAction restart(int number) {
    Instant at = Instant.now().minusSeconds(600L * number);
    String unit = "service-" + number % 20 + ".service";
    return new OwnAction(
        number % 5 == 0 ? IssueType.MEMORY_HIGH : IssueType.SERVICE_FAILED,
        ActionId.RESTART_SERVICE,
        unit,
        new TreeSet<>(Set.of(unit)),
        at.minusSeconds(20),
        at.minusSeconds(10),
        Optional.of(at),
        Optional.of(Outcome.HEALED));
  }
}
