package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HostContext;
import dev.healing.testkit.ActionContract;
import dev.healing.testkit.VirtualTime;
import java.util.Optional;

class RestartServiceContractTest extends ActionContract {
  private final World world = new World();

  @Override
  protected ActionProvider provider() {
    return new RestartService.Provider();
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
    return world.issue(IssueType.SERVICE_FAILED, "web.service");
  }

  RestartServiceContractTest() {
    world.host.systemd().service("web.service").fail("web.service");
  }

  @Override
  protected Optional<Issue> protectedIssue() {
    return Optional.of(world.issue(IssueType.SERVICE_FAILED, "sshd.service"));
  }

  @Override
  protected Object worldSnapshot() {
    return world.host.systemd().restarted();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(world.host.systemd().restarted()).containsExactly("web.service");
  }

  @Override
  protected void changeTheWorld() {
    world.host.systemd().recover("web.service");
  }
}
