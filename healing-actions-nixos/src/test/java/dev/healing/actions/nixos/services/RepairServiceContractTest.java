package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import java.util.List;
import java.util.Optional;

class RepairServiceContractTest extends WorldContract {
  RepairServiceContractTest() {
    super(new RepairService.Provider(), IssueType.SERVICE_FAILED, "web.service");
    world.host.systemd().service("web.service").fail("web.service");
    world.host.systemd().property("web.service", "RuntimeDirectory", "web");
    world.host.systemd().property("web.service", "NeedDaemonReload", "yes");
    world.host.files().write("/run/web/app.lock", "").write("/run/web/data", "kept");
    world.host.files().write("/proc/1/status", "");
    world
        .host
        .commands()
        .succeeds(
            "Id=web.service\nRuntimeDirectory=web\n",
            "systemctl",
            "show",
            "--property=Id,PIDFile,RuntimeDirectory",
            "--",
            "*.service");
    for (String whose : List.of("_SYSTEMD_UNIT=web.service", "--unit=web.service")) {
      world
          .host
          .commands()
          .succeeds("", "journalctl", "--no-pager", "--quiet", "--output=cat", "--lines=12", whose);
    }
  }

  @Override
  protected Optional<Issue> protectedIssue() {
    return Optional.of(world.issue(IssueType.SERVICE_FAILED, "sshd.service"));
  }

  @Override
  protected Object worldSnapshot() {
    return List.of(
        world.host.systemd().restarted(), world.host.systemd().filesRead(), world.names());
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.steps().get(0)).startsWith("delete /run/web/app.lock");
    assertThat(world.names()).noneMatch(name -> name.startsWith("/run/web/app.lock"));
    assertThat(world.names()).anyMatch(name -> name.startsWith("/run/web/data"));
    assertThat(world.host.systemd().filesRead()).isEqualTo(1);
    assertThat(world.host.systemd().restarted()).containsExactly("web.service");
  }

  @Override
  protected void changeTheWorld() {
    world.host.systemd().recover("web.service");
  }
}
