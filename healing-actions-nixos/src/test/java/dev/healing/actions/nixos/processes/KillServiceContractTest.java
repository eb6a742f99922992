package dev.healing.actions.nixos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import java.util.List;

/** kill_process, where the main process of a service stands out. */
class KillServiceContractTest extends WorldContract {
  KillServiceContractTest() {
    super(new KillProcess.Provider(), IssueType.CPU_HIGH, "cpu");
    world.busy(200, "runaway", 1.5, "system.slice", "runaway.service");
    world.service("runaway.service", "simple", 200);
    world.host.systemd().subscribe(name -> world.host.processes().remove(200));
  }

  @Override
  protected Object worldSnapshot() {
    return List.of(world.host.processes().signals(), world.host.systemd().restarted());
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.target()).isEqualTo("runaway.service");
    assertThat(world.host.systemd().restarted()).containsExactly("runaway.service");
    assertThat(world.host.processes().signals()).as("systemd ends it").isEmpty();
    assertThat(report.before()).containsKey("resident.bytes");
  }

  @Override
  protected void changeTheWorld() {
    world.service("runaway.service", "simple", 201); // its main process is another by now
  }
}
