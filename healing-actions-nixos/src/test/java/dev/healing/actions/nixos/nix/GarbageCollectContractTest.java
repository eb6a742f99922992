package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.CommandRunner;

class GarbageCollectContractTest extends GenerationsContract {
  GarbageCollectContractTest() {
    super(new GarbageCollect.Provider(), IssueType.DISK_FULL, "/");
    world
        .host
        .commands()
        .succeeds("a -> /nix/store/sys2\n", "nix-store", "--gc", "--print-roots")
        .succeeds("/nix/store/dead\n", "nix-store", "--gc", "--print-dead")
        .on(
            command -> {
              world.room(500);
              return new CommandRunner.Result(
                  0, "1 store paths deleted, 1.00 MiB freed\n", "", false, false);
            },
            "nix-store",
            "--gc",
            "--max-freed",
            "1073741824");
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(report.after()).containsEntry("available.bytes", 500.0);
  }
}
