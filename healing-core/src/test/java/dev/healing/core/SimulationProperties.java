package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Incident;
import dev.healing.api.IssueType;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Ten years and more of hosts on which everything goes wrong, among it the engine, while people do
 * all that people can do: the invariants hold after whatever happens. A failure names its seed.
 */
class SimulationProperties {
  private static final Duration SPAN = Duration.ofDays(10);
  private static final List<Map.Entry<IssueType, String>> PROBLEMS =
      List.of(
          Map.entry(IssueType.SERVICE_FAILED, "web.service"),
          Map.entry(IssueType.SERVICE_FAILED, "sshd.service"),
          Map.entry(IssueType.MEMORY_HIGH, "memory"),
          Map.entry(IssueType.CPU_HIGH, "cpu"),
          Map.entry(IssueType.DISK_FULL, "/var"),
          Map.entry(IssueType.GENERATION_BROKEN, SimulatedHost.PROFILE));

  /** Two at a time, as each has one thread that runs. */
  @Property(tries = 185, shrinking = ShrinkingMode.OFF)
  void theInvariantsHoldWhateverHappens(@ForAll long seed) {
    LongStream.of(seed, ~seed).parallel().forEach(SimulationProperties::theInvariantsHold);
  }

  private static void theInvariantsHold(long seed) {
    SimulatedHost host = SimulatedHost.random(seed, SPAN, 60);
    Simulation simulation = new Simulation(host, Rules.DEFAULT.configuration(), Optional.empty());
    Operator operator = new Operator(simulation);
    Invariants invariants = new Invariants(host, operator);
    Random random = new Random(seed);
    while (host.time().elapsed().compareTo(SPAN) < 0) {
      simulation.run(anyTime(random, 20_000));
      if (random.nextBoolean()) {
        misfortune(simulation, random);
      } else {
        humanDeed(simulation, operator, random);
      }
      assertThat(operator.unanswered()).as("seed %d", seed).isEmpty();
      assertThat(simulation.stuck()).as("seed %d", seed).isEmpty();
      assertThat(invariants.brokenSince()).as("seed %d", seed).isEmpty();
    }
  }

  /** A crash, a reboot, a clock jump, a full disk, blindness, or nothing but what the host does. */
  private static void misfortune(Simulation simulation, Random random) {
    SimulatedHost host = simulation.host();
    switch (random.nextInt(8)) {
      case 0 -> simulation.restart();
      case 1 -> host.context().state().crashAfter(1 + random.nextInt(6), random.nextLong());
      case 2 -> host.time().jumpWall(anyTime(random, 400_000).minusSeconds(200_000));
      case 3 -> {
        // A clock that jumps ahead unseen, right before, cannot be told from a host that was off.
        simulation.run(Rules.INTERVAL);
        simulation.reboot(anyTime(random, 2_000));
      }
      case 4 -> {
        host.context().state().failWrites("no space left on device");
        simulation.run(anyTime(random, 5_000));
        host.context().state().healWrites();
      }
      case 5 -> {
        host.blind(true);
        simulation.run(anyTime(random, 2_000));
        host.blind(false);
      }
      default -> {
        // Nothing.
      }
    }
  }

  private static void humanDeed(Simulation simulation, Operator operator, Random random) {
    switch (random.nextInt(10)) {
      case 0 -> {
        operator.pause(Optional.empty());
        simulation.run(anyTime(random, 10_000));
        operator.resume();
      }
      case 1 -> {
        operator.pause(Optional.of(anyTime(random, 20_000)));
        simulation.run(anyTime(random, 20_000));
        if (random.nextBoolean()) {
          operator.resume();
        }
      }
      case 2, 3 -> operator.approveAll();
      case 4 -> {
        List<Incident> shown = operator.shown();
        simulation.run(anyTime(random, 2_000));
        shown.forEach(operator::approve);
      }
      case 5 -> operator.shown().forEach(operator::reject);
      case 6 ->
          simulation.engine().incidents().stream()
              .filter(incident -> !incident.closed())
              .forEach(operator::heal);
      case 7 -> {
        Map.Entry<IssueType, String> any = PROBLEMS.get(random.nextInt(PROBLEMS.size()));
        operator.heal(any.getKey(), any.getValue());
      }
      case 8 -> {
        operator.reloadWithAMistake(Rules.any(random));
        operator.reload(Rules.any(random));
      }
      default -> operator.approveTooLate(Rules.any(random));
    }
  }

  private static Duration anyTime(Random random, int atMostSeconds) {
    return Duration.ofSeconds(1 + random.nextInt(atMostSeconds));
  }
}
