package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.testkit.ActionContract;
import dev.healing.testkit.VirtualTime;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

class RollbackGenerationContractTest extends ActionContract {
  private final World world = new World();

  @Override
  protected ActionProvider provider() {
    return new RollbackGeneration.Provider();
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
    return world.issue(IssueType.GENERATION_BROKEN, "/nix/var/nix/profiles/system");
  }

  RollbackGenerationContractTest() {
    for (String generation : List.of("1", "2")) {
      world.host.files().write("/nix/store/sys" + generation + "/bin/switch-to-configuration", "");
      world.link(
          "/nix/var/nix/profiles/system-" + generation + "-link", "/nix/store/sys" + generation);
    }
    world.link("/nix/var/nix/profiles/system", "system-2-link");
    world.link("/run/current-system", "/nix/store/sys2");
    world.host.commands().installed("nix-store", Path.of("/bin/nix-store"));
    world.host.commands().installed("nix-env", Path.of("/bin/nix-env"));
    script();
  }

  @Override
  protected Object worldSnapshot() {
    return world.names();
  }

  @Override
  protected void changeTheWorld() {
    world.link("/nix/var/nix/profiles/system", "system-1-link");
  }

  private void room(long available) {
    HostFiles.Space space =
        new HostFiles.Space(1000, available, available, OptionalLong.empty(), OptionalLong.empty());
    world.host.files().space("/", space);
  }

  private void script() {
    room(50);
    world
        .host
        .commands()
        .on(
            command -> {
              world.link("/nix/var/nix/profiles/system", "system-1-link");
              world.link("/run/current-system", "/nix/store/sys1");
              return new CommandRunner.Result(0, "", "", false, false);
            },
            "/bin/sh",
            "-c",
            RollbackUnit.SCRIPT,
            "sh",
            "/bin/nix-env",
            "/nix/var/nix/profiles/system",
            "/nix/store/sys1",
            "2",
            "1",
            "/run/current-system");
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(report.after()).containsEntry("generation", 1.0);
    world.link("/nix/var/nix/profiles/system", "system-2-link");
    world.link("/run/current-system", "/nix/store/sys2");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> provider().create(context()).prepare(issue(), state()))
        .as("a second rollback from the same generation")
        .hasMessageContaining("rolled back from before");
  }
}
