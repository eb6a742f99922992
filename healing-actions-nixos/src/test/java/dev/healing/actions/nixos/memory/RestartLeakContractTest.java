package dev.healing.actions.nixos.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Preview;
import dev.healing.testkit.HostStates;
import java.time.Duration;
import java.util.stream.IntStream;

/** The service that leaks is restarted where nothing can be swapped out. */
class RestartLeakContractTest extends WorldContract {
  private static final Metric MEMORY = Metric.of(Metric.SERVICE_MEMORY, "app.service");

  RestartLeakContractTest() {
    super(new FreeMemory.Provider(), IssueType.MEMORY_HIGH, "memory");
    world.memory(4_000_000, 200_000);
    world.host.systemd().service("app.service");
    world.host.systemd().subscribe(unit -> world.memory(4_000_000, 2_500_000));
    world.host.time().advance(Duration.ofMinutes(20));
  }

  @Override
  protected HostState state() {
    double[] bytes = IntStream.rangeClosed(0, 40).mapToDouble(i -> 6e8 + i * 46e6).toArray();
    return HostStates.at(time().now()).recent(MEMORY, Duration.ofSeconds(15), bytes).build();
  }

  @Override
  protected Object worldSnapshot() {
    return world.host.systemd().restarted();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.target()).isEqualTo("app.service");
    assertThat(preview.lane()).isEqualTo("unit:app.service");
    assertThat(preview.steps().get(0))
        .isEqualTo(
            "restart app.service, which is active but leaks: it grew by 2.9 MiB a second over 10"
                + " min, from 572.2 MiB to 2.3 GiB; at this pace memory ends in 67 s");
    assertThat(worldSnapshot()).isEqualTo(java.util.List.of("app.service"));
    assertThat(report.detail()).contains("app.service is active again").contains("2.2 GiB more");
  }

  @Override
  protected void changeTheWorld() {
    world.host.systemd().recover("app.service"); // as when a person restarts it
  }
}
