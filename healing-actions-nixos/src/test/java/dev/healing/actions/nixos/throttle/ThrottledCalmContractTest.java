package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.World;
import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.Configuration;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import java.time.Duration;
import java.util.Map;

/** A host with a throttled service, that is calm or not; 20 minutes pass before each state. */
class ThrottledCalmContractTest extends DetectorContract {
  private final World world = new World();

  ThrottledCalmContractTest() {
    new Throttles(world.host)
        .add(
            new Throttle(
                "web.service",
                Limit.CPU_QUOTA,
                1_000_000,
                world.host.time().bootId(),
                world.host.time().monotonicNanos(),
                0));
  }

  @Override
  protected Detector detector() {
    return new ThrottledCalm.Provider()
        .create(world.host.withConfiguration(Configuration.of(Map.of("at-most", "30d"))));
  }

  private HostState state(double busy) {
    world.host.time().advance(Duration.ofMinutes(20));
    return HostStates.at(world.host.time().now()).sample(Metric.CPU_BUSY, busy).build();
  }

  @Override
  protected HostState healthy() {
    return state(0.9);
  }

  @Override
  protected HostState sick() {
    return state(0.2);
  }
}
