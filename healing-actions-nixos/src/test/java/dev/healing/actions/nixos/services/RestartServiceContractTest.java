package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import java.util.Optional;

class RestartServiceContractTest extends WorldContract {
  RestartServiceContractTest() {
    super(new RestartService.Provider(), IssueType.SERVICE_FAILED, "web.service");
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
