package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.CommandRunner;

class OptimizeStoreContractTest extends GenerationsContract {
  OptimizeStoreContractTest() {
    super(new OptimizeStore.Provider(), IssueType.DISK_FULL, "/");
    world.host.files().write("/nix/store/sys1/data", "not linked yet");
    world
        .host
        .commands()
        .on(
            command -> {
              world.room(60);
              return new CommandRunner.Result(0, "", "", false, false);
            },
            "nix-store",
            "--optimise");
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(report.after()).containsEntry("available.bytes", 60.0);
  }
}
