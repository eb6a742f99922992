package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The contract of an action that deletes old files of {@code /var/cache}, and nothing else. */
abstract class OldFilesContract extends WorldContract {
  OldFilesContract(ActionProvider provider) {
    super(provider, IssueType.DISK_FULL, "/var");
    world.old("/var/cache/a/old\nname");
    world.monthPasses();
    world.aged("/var/cache/a/new", Duration.ZERO);
    world.old("/home/precious");
    world.link("/var/cache/link", "../../home");
  }

  @Override
  protected HostContext context() {
    return world.host.withConfiguration(
        Configuration.of(Map.of("min-bytes", "1B", "roots", List.of("/var/cache"))));
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.items()).hasValue(1);
    assertThat(report.after()).containsEntry("deleted.count", 1.0);
    assertThat(world.host.state().lines(DeletedList.FILE).lines().get(1))
        .contains("\"directory\":\"/var/cache/a\",\"files\":1,\"bytes\":4096")
        .contains("old\\u000aname");
    assertThat(Files.exists(world.root.resolve("var/cache/a/old\nname"))).isFalse();
    assertThat(world.root.resolve("var/cache/a/new")).exists();
    assertThat(world.root.resolve("home/precious")).exists();
  }

  @Override
  protected void changeTheWorld() {
    try {
      Files.move(world.root.resolve("var/cache"), world.root.resolve("var/moved"));
      world.link("/var/cache", "moved");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
