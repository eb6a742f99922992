package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script of a rollback, in a real shell. Back from generation 2 to 1. */
@Timeout(30)
class RollbackShellTest {
  @TempDir Path directory;

  /** Names that a shell would stumble over, if it took them for more than names. */
  @BeforeEach
  void generations() throws IOException {
    program(
        "nix env",
        """
        test "$1 $2 $3" = "--profile $PWD/the profile --switch-generation" || exit 9
        test ! -e pointing-fails || exit 1
        ln -sfn "generation-$4" "$2"
        """);
    program(
        "$(touch injected) 1/bin/switch-to-configuration",
        """
        test "$*" = switch || exit 9
        echo switched >>switches
        . ./before
        ln -sfn "$(dirname "$(dirname "$0")")" running
        . ./after
        """);
    Files.createFile(directory.resolve("before"));
    Files.createFile(directory.resolve("after"));
    Files.createDirectory(directory.resolve("2"));
    link("generation-1", "$(touch injected) 1");
    link("generation-2", "2");
    link("the profile", "generation-2");
    link("running", "2");
  }

  private void program(String name, String script) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private void link(String name, String to) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
    Files.createSymbolicLink(directory.resolve(name), Path.of(to));
  }

  private int rollBack() throws Exception {
    return new ProcessBuilder(
            "/bin/sh",
            "-c",
            RollbackUnit.SCRIPT,
            "sh",
            directory.resolve("nix env").toString(),
            directory.resolve("the profile").toString(),
            directory.resolve("$(touch injected) 1").toString(),
            "2",
            "1",
            directory.resolve("running").toString())
        .directory(directory.toFile())
        .inheritIO()
        .start()
        .waitFor();
  }

  private void assertState(String profile, String running) throws IOException {
    assertThat(Files.readSymbolicLink(directory.resolve("the profile"))).hasToString(profile);
    assertThat(directory.resolve("running").toRealPath())
        .isEqualTo(directory.resolve(running).toRealPath());
    assertThat(Files.exists(directory.resolve("injected"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void pointsAndSwitches() throws Exception {
    assertThat(rollBack()).isZero();
    assertState("generation-1", "generation-1");
    assertThat(directory.resolve("switches")).hasContent("switched");
  }

  @Test
  void whatCannotBePointedToIsNotSwitchedTo() throws Exception {
    Files.createFile(directory.resolve("pointing-fails"));
    assertThat(rollBack()).isEqualTo(1);
    assertState("generation-2", "2");
    assertThat(directory.resolve("switches")).doesNotExist();
  }

  @Test
  void aSwitchThatFailsBeforeItRunsIsPointedBack() throws Exception {
    Files.writeString(directory.resolve("before"), "exit 4");
    assertThat(rollBack()).isEqualTo(4);
    assertState("generation-2", "2");
  }

  @Test
  void aSwitchThatFailsWhenItRunsIsNot() throws Exception {
    Files.writeString(directory.resolve("after"), "exit 4");
    assertThat(rollBack()).isEqualTo(4);
    assertState("generation-1", "generation-1");
  }

  @Test
  void whatSomebodyElsePointsMeanwhileIsLeftAlone() throws Exception {
    Files.createDirectory(directory.resolve("3"));
    Files.writeString(directory.resolve("before"), "ln -sfn 3 'the profile'; exit 4");
    assertThat(rollBack()).isEqualTo(4);
    assertState("3", "2");
  }

  /** As systemd does it: all that runs there is told to stop. */
  @Test
  void askedToStopItStillPointsBack() throws Exception {
    Files.writeString(directory.resolve("before"), "kill $PPID; kill $$");
    assertThat(rollBack()).isEqualTo(128 + 15);
    assertState("generation-2", "2");
  }
}
