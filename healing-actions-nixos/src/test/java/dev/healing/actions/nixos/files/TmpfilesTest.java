package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What systemd-tmpfiles leaves alone in temporary directories is left alone by us. */
class TmpfilesTest {
  private static final String[] CONFIG = {"systemd-tmpfiles", "--cat-config"};

  private final World world = new World();
  private final List<String> roots = new ArrayList<>(List.of("/tmp", "/var/tmp", "/var/cache"));

  TmpfilesTest() {
    world.host.commands().installed(CONFIG[0], Path.of("/bin/systemd-tmpfiles"));
  }

  private PreparedAction prepare() {
    return new CleanDisk.Provider()
        .create(
            world.host.withConfiguration(
                Configuration.of(Map.of("roots", roots, "min-bytes", "1B", "target", "0%"))))
        .prepare(world.issue(IssueType.DISK_FULL, "/var"), HostStates.now().build());
  }

  /** Of these files, all of which are old, what is left where tmpfiles.d says this. */
  private List<String> left(String config, String... names) {
    world.host.commands().succeeds(config, CONFIG);
    for (String name : names) {
      world.old(name);
    }
    String gone = roots.get(0) + "/without a line"; // or there would be nothing to do
    world.old(gone);
    world.monthPasses();
    prepare().execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(world.host.files().path(gone)).doesNotExist();
    return List.of(names).stream().filter(n -> Files.exists(world.host.files().path(n))).toList();
  }

  @Test
  void whatHasALineOfItsOwnStaysWithAllThatIsInIt() {
    String config =
        """
        # /usr/lib/tmpfiles.d/tmp.conf
        q /tmp 1777 root root 10d
        d! %V 1777 root root 30d
        # x /tmp/comment
        x  /tmp/excluded
        D! /tmp/.X11-unix 1777 root root 10d
        r! /tmp/.X[0-9]*-lock
        x /tmp/systemd-private-%b-*
        X\t"/tmp/two words"
        x %V/esc\\x20aped/deep?r
        x /var/cache/kept
        """;
    String[] stay = {
      "/tmp/excluded/a/b",
      "/tmp/.X11-unix/X0",
      "/tmp/.X12-lock",
      "/tmp/systemd-private-00ff-web.service-xyz/tmp/a",
      "/tmp/two words",
      "/var/tmp/esc aped/deeper/file",
      "/var/cache/kept/a",
    };
    String[] go = {
      "/tmp/comment",
      "/tmp/a/excluded",
      "/tmp/excluded2",
      "/tmp/.X-lock",
      "/tmp/systemd-private",
      "/var/tmp/esc aped/deeer",
      "/var/tmp/tmp/excluded",
      "/var/cache/tmp/excluded",
    };
    List<String> all = new ArrayList<>(List.of(stay));
    all.addAll(List.of(go));
    assertThat(left(config, all.toArray(String[]::new)))
        .as("only temporary directories are tmpfiles' to look after")
        .containsExactly(List.of(stay).subList(0, stay.length - 1).toArray(String[]::new));
  }

  /**
   * Who puts a tmp.conf in the place of systemd's, as to keep files for longer, drops its lines.
   */
  @Test
  void theDirectoriesOfServicesThatRunStayWhateverIsConfigured() {
    String[] theirs = {
      "/tmp/systemd-private-00ff-web.service-xyz/tmp/a",
      "/var/tmp/systemd-private-00ff-web.service-xyz/tmp/a"
    };
    assertThat(left("q /tmp 1777 root root 30d\n", theirs)).containsExactly(theirs);
    roots.set(0, "/tmp/systemd-private-00ff-web.service-xyz/tmp");
    roots.set(1, "/var/cache");
    world.old("/var/cache/b");
    prepare().execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(world.root.resolve(theirs[0].substring(1))).exists();
  }

  @Test
  void aRootInWhatIsExcludedIsNotEntered() {
    roots.add(0, "/var/cache/tmp");
    roots.set(1, "/tmp/build/cache");
    roots.add("/tmp/other");
    assertThat(
            left(
                "x /tmp/build*\nd /tmp/other 0755 - - 10d\n", "/tmp/build/cache/a", "/tmp/other/b"))
        .containsExactly("/tmp/build/cache/a");
  }

  /** As systemd counts age: by the youngest of all times. */
  @Test
  void whatSomebodyReadLatelyStaysInATemporaryDirectoryOnly() throws IOException {
    for (String name : List.of("/tmp/read", "/var/cache/read")) {
      world.old(name);
    }
    world.monthPasses();
    FileTime yesterday = FileTime.from(world.host.time().now().minus(Duration.ofDays(1)));
    for (String name : List.of("/tmp/read", "/var/cache/read")) {
      Files.getFileAttributeView(world.host.files().path(name), BasicFileAttributeView.class)
          .setTimes(null, yesterday, null);
    }
    world.host.commands().succeeds("", CONFIG);
    PreparedAction prepared = prepare();
    assertThat(prepared.preview().items()).hasValue(1);
    prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(world.root.resolve("tmp/read")).exists();
    assertThat(world.root.resolve("var/cache/read")).doesNotExist();
  }

  @Test
  void ifItDoesNotSayNothingTemporaryIsDeleted() {
    world.old("/tmp/a");
    world.old("/var/cache/a");
    world.monthPasses();
    world.host.commands().fails(1, "no such option", CONFIG);
    assertThatThrownBy(this::prepare)
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll("systemd-tmpfiles", "no such option");
    roots.removeIf(root -> !root.contains("cache"));
    assertThat(prepare().preview().items()).hasValue(1);
  }
}
