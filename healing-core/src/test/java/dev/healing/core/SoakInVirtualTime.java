package dev.healing.core;

import dev.healing.testkit.Fault;
import dev.healing.testkit.Fault.Kind;
import dev.healing.testkit.Fault.Nature;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an engine grows that looks once a second for days, while a service crashes every ten
 * minutes: what is reachable, every six hours of virtual time.
 */
public final class SoakInVirtualTime {
  private static final Duration STEP = Duration.ofHours(6);

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
    Simulation simulation =
        new Simulation(host, Map.of("interval", "1s", "history", "off"), Optional.empty());
    long firstHalf = 0;
    long last = 0;
    for (long step = 1; step <= steps; step++) {
      simulation.run(STEP);
      last = reachableBytes();
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
        "%+.1f KiB an hour over the second half, of which the simulated host itself keeps some%n",
        (last - firstHalf) / 1024.0 / (steps - steps / 2) / STEP.toHours());
  }

  private static long reachableBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
