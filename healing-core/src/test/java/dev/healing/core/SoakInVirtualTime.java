package dev.healing.core;

import dev.healing.core.journal.Journal;
import dev.healing.testkit.Fault;
import dev.healing.testkit.Fault.Kind;
import dev.healing.testkit.Fault.Nature;
import dev.healing.testkit.InMemoryStateStore;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether an engine grows that looks once a second for days, while a service crashes every ten
 * minutes: what is reachable, every six hours of virtual time.
 */
public final class SoakInVirtualTime {
  private static final Duration STEP = Duration.ofHours(6);

  /** It is healed each time, which is far more often than any host heals. */
  private static final Map<String, Object> CONFIGURATION =
      Map.of(
          "interval",
          "1s",
          "history",
          "off",
          "limits",
          Map.of("attempts", 1_000_000, "cooldown", "0s", "heals-per-hour", "off"));

  private SoakInVirtualTime() {}

  /**
   * Prints what it finds.
   *
   * @param arguments how many hours, a multiple of six
   */
  public static void main(String[] arguments) {
    long steps = Long.parseLong(arguments[0]) / STEP.toHours();
    SimulatedHost host =
        new SimulatedHost("web.service", "db.service")
            .fault(
                Fault.of(Kind.CRASH, "web.service", Duration.ofMinutes(1), Nature.HELPS)
                    .recurring(Duration.ofMinutes(10), Integer.MAX_VALUE));
    Simulation simulation = new Simulation(host, CONFIGURATION, Optional.empty());
    long firstHalf = 0;
    long last = 0;
    for (long step = 1; step <= steps; step++) {
      simulation.run(STEP);
      last = reachableBytes() - keptBy(host);
      if (step == steps / 2) {
        firstHalf = last;
      }
      System.out.printf(
          "%3d h: %,7d looks, %4d actions, %,6d KiB reachable, %d threads%n",
          step * STEP.toHours(),
          simulation.engine().status().looks(),
          host.deeds().size(),
          last >> 10,
          Thread.activeCount());
    }
    System.out.printf(
        "%+.1f KiB an hour over the second half, without the files of the simulated host%n",
        (last - firstHalf) / 1024.0 / (steps - steps / 2) / STEP.toHours());
  }

  /** Its files are in memory, a byte for each of their characters. */
  private static long keptBy(SimulatedHost host) {
    InMemoryStateStore files = host.context().state();
    return Stream.of(Audit.FILE, Audit.FILE.replace(".", ".old."), Journal.FILE)
        .mapToLong(files::size)
        .sum();
  }

  private static long reachableBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
