package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;

class RollbackGenerationContractTest extends GenerationsContract {
  RollbackGenerationContractTest() {
    super(new RollbackGeneration.Provider(), IssueType.GENERATION_BROKEN, NixStore.PROFILE);
    world
        .host
        .commands()
        .on(
            command -> {
              world.link(NixStore.PROFILE, "system-1-link");
              return world.linked(NixStore.RUNNING, "/nix/store/sys1");
            },
            "/bin/sh",
            "-c",
            RollbackUnit.SCRIPT,
            "sh",
            "/bin/nix-env",
            NixStore.PROFILE,
            "/nix/store/sys1",
            "2",
            "1",
            NixStore.RUNNING);
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(report.after()).containsEntry("generation", 1.0);
    world.link(NixStore.PROFILE, "system-2-link");
    world.link(NixStore.RUNNING, "/nix/store/sys2");
    assertThatThrownBy(() -> provider().create(context()).prepare(issue(), state()))
        .as("a second rollback from the same generation")
        .hasMessageContaining("rolled back from before");
  }
}
