package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import java.io.IOException;
import java.nio.file.Files;

/** The contract of an action that deletes old files of {@code /var/cache}, and nothing else. */
abstract class OldFilesContract extends WorldContract {
  OldFilesContract(ActionProvider provider) {
    super(provider, IssueType.DISK_FULL, "/var");
    world.old("/var/cache/a/old\nname");
    world.host.files().write("/var/cache/a/new", "x");
    world.old("/home/precious");
    world.link("/var/cache/link", "../../home");
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.items()).hasValue(1);
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
