package dev.healing.actions.nixos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;

class KillProcessContractTest extends WorldContract {
  KillProcessContractTest() {
    super(new KillProcess.Provider(), IssueType.MEMORY_HIGH, "memory");
    world.process(200, "leaky", 50_000_000);
    world.process(201, "sshd", 20_000_000);
  }

  @Override
  protected Object worldSnapshot() {
    return world.host.processes().signals();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(world.host.processes().find(200)).isEmpty();
    assertThat(world.host.processes().find(201)).as("a protected one").isPresent();
  }

  @Override
  protected void changeTheWorld() {
    world.host.processes().remove(200);
  }
}
