package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Ten years and more of hosts on which everything goes wrong, among it the engine: whatever
 * happens, the invariants hold. A failure names its seed.
 */
class SimulationProperties {
  private static final Duration SPAN = Duration.ofDays(10);
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  @Property(tries = 370, shrinking = ShrinkingMode.OFF)
  void theInvariantsHoldWhateverHappens(@ForAll long seed) {
    SimulatedHost host = SimulatedHost.random(seed, SPAN, 60);
    Simulation simulation =
        new Simulation(host, Map.of("interval", INTERVAL.toSeconds() + "s"), Optional.empty());
    misfortunes(simulation, host, new Random(seed));
    assertThat(Invariants.broken(host)).as("seed %d", seed).isEmpty();
  }

  /** Crashes, reboots, clock jumps, full disks, blindness, and people who pause and approve. */
  private static void misfortunes(Simulation simulation, SimulatedHost host, Random random) {
    Duration passed = Duration.ZERO;
    while (passed.compareTo(SPAN) < 0) {
      Duration step = Duration.ofSeconds(1 + random.nextInt(20_000));
      simulation.run(step);
      passed = passed.plus(step);
      switch (random.nextInt(12)) {
        case 0 -> simulation.restart();
        case 1 -> host.context().state().crashAfter(1 + random.nextInt(6), random.nextLong());
        case 2 -> host.time().jumpWall(Duration.ofSeconds(random.nextInt(400_000) - 200_000));
        case 3 -> {
          // A clock that jumps ahead unseen, right before, cannot be told from a host that was off.
          simulation.run(INTERVAL);
          simulation.reboot(Duration.ofSeconds(10 + random.nextInt(2_000)));
        }
        case 4 -> {
          simulation.pause();
          simulation.run(Duration.ofSeconds(random.nextInt(10_000)));
          simulation.resume();
        }
        case 5 -> {
          host.context().state().failWrites("no space left on device");
          simulation.run(Duration.ofSeconds(random.nextInt(5_000)));
          host.context().state().healWrites();
        }
        case 6 -> {
          host.blind(true);
          simulation.run(Duration.ofSeconds(random.nextInt(2_000)));
          host.blind(false);
        }
        case 7, 8 -> simulation.approveAll();
        default -> {
          // Nothing but what the host itself does.
        }
      }
    }
  }
}
