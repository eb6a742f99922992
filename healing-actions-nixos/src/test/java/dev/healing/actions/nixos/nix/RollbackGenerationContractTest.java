package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HostContext;
import dev.healing.testkit.ActionContract;
import dev.healing.testkit.VirtualTime;

class RollbackGenerationContractTest extends ActionContract {
  private final World world = new World();
  private final RollbackWorld rollback = new RollbackWorld(world, 2);

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
    return rollback.issue();
  }

  @Override
  protected Object worldSnapshot() {
    return world.names();
  }

  @Override
  protected void changeTheWorld() {
    world.link(NixStore.PROFILE, "system-1-link");
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(report.before()).containsEntry("generation", 2.0);
    assertThat(report.after()).containsEntry("generation", 1.0);
    world.link(NixStore.PROFILE, "system-2-link");
    world.link(NixStore.RUNNING, "/nix/store/sys2");
    assertThatThrownBy(() -> provider().create(context()).prepare(issue(), state()))
        .as("a second rollback from the same generation")
        .hasMessageContaining("rolled back from before");
  }
}
