package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.testkit.ActionContract;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.VirtualTime;

class KillProcessContractTest extends ActionContract {
  private final World world = new World();

  @Override
  protected ActionProvider provider() {
    return new KillProcess.Provider();
  }

  @Override
  protected HostContext context() {
    return world.host;
  }

  @Override
  protected VirtualTime time() {
    return world.host.time();
  }

  @Override
  protected Issue issue() {
    return world.issue(IssueType.MEMORY_HIGH, "memory");
  }

  KillProcessContractTest() {
    world.host.processes().add(sized(200, "leaky", 500_000)).add(sized(201, "sshd", 900_000));
  }

  private static ProcessState sized(long pid, String name, long bytes) {
    ProcessState p = FakeProcesses.process(pid, name);
    return new ProcessState(
        p.ref(),
        p.parentPid(),
        name,
        p.uid(),
        p.state(),
        p.cpuTime(),
        bytes,
        p.oomScoreAdj(),
        p.unit(),
        false);
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
