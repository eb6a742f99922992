package dev.healing.actions.nixos.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.ThrottleTimers;
import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.Systemd.Limit;
import java.util.OptionalLong;

class ThrottleServiceContractTest extends WorldContract {
  ThrottleServiceContractTest() {
    super(new ThrottleService.Provider(), IssueType.CPU_HIGH, "cpu");
    new ThrottleTimers(world.host);
    world.processors(2, "cpuset cpu io memory pids");
    world.busy(200, "runaway", 1.8, "system.slice", "runaway.service");
    world.busy(201, "other", 0.1, "system.slice", "other.service");
    world.service("runaway.service", "simple", 200);
  }

  @Override
  protected Object worldSnapshot() {
    return world.host.systemd().limit("runaway.service", Limit.CPU_QUOTA);
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.target()).isEqualTo("runaway.service");
    assertThat(preview.steps().get(1)).startsWith("set CPUQuota=100% (1.00 cores)");
    assertThat(worldSnapshot()).isEqualTo(OptionalLong.of(1_000_000));
    assertThat(report.before().get("cpu.cores")).isBetween(1.7, 1.9);
    assertThat(report.after().get("cpu.cores")).isBetween(0.9, 1.1);
    assertThat(new Throttles(world.host).all()).hasSize(1);
  }

  @Override
  protected void changeTheWorld() {
    world.host.systemd().setLimit("runaway.service", Limit.CPU_QUOTA, OptionalLong.of(500_000));
  }
}
