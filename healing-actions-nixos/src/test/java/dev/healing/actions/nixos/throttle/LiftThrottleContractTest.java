package dev.healing.actions.nixos.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.ThrottleTimers;
import dev.healing.actions.nixos.WorldContract;
import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.Systemd.Limit;
import java.util.List;
import java.util.OptionalLong;

class LiftThrottleContractTest extends WorldContract {
  LiftThrottleContractTest() {
    super(new LiftThrottle.Provider(), IssueType.THROTTLED_CALM, "calm.service");
    new ThrottleTimers(world.host);
    world.service("calm.service", "simple", 200);
    for (String unit : List.of("calm.service", "other.service")) {
      new Throttles(world.host)
          .add(new Throttle(unit, Limit.CPU_QUOTA, 1_000_000, world.host.time().bootId(), 1, 1));
    }
    world.host.systemd().setLimit("calm.service", Limit.CPU_QUOTA, OptionalLong.of(1_000_000));
  }

  @Override
  protected Object worldSnapshot() {
    return List.of(
        world.host.systemd().limit("calm.service", Limit.CPU_QUOTA),
        new Throttles(world.host).all());
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(world.host.systemd().limit("calm.service", Limit.CPU_QUOTA)).isEmpty();
    assertThat(new Throttles(world.host).all()).hasSize(1);
  }

  @Override
  protected void changeTheWorld() {
    world.host.systemd().setLimit("calm.service", Limit.CPU_QUOTA, OptionalLong.of(10_000));
  }
}
