package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.healing.api.HostException;
import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwitchOfTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path directory;
  private Path state;

  @BeforeEach
  void makeState() throws IOException {
    state = Files.createDirectory(directory.resolve("state"));
  }

  private int run(String verb, Path of) {
    return new Shell(print(out), print(err), Map.of()).run(verb, "--state", of.toString());
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Nobody answers here: holding the lock is all that a daemon that hangs still does. */
  @Test
  void aDaemonThatHangsIsPausedAndResumedAndNamed() {
    try (LinuxHost host = LinuxHost.open(state)) {
      OffSwitch daemons = new OffSwitch(host.state(), host.time());

      assertThat(run("pause", state)).isZero();
      assertThat(daemons.paused()).isPresent();
      assertThat(run("resume", state)).isZero();
      assertThat(daemons.paused()).isEmpty();
    }
    assertThat(err()).isEmpty();
    assertThat(out()).contains(state + ": paused", state + ": resumed");
  }

  @Test
  void whereNoDaemonRunsItIsTurnedForTheNextAndThatIsSaid() {
    LinuxHost.open(state).close();

    assertThat(run("pause", state)).as("it did what it says").isZero();
    assertThat(out()).isEmpty();
    assertThat(err()).contains("no daemon runs on " + state);
    assertThat(state.resolve(OffSwitch.FILE)).as("for one that is being restarted").exists();
    assertThat(run("resume", state)).isZero();
    assertThat(state.resolve(OffSwitch.FILE)).doesNotExist();
  }

  @Test
  void aDirectoryThatIsNotThereIsNotMade() {
    Path none = directory.resolve("none");

    assertThat(run("pause", none)).isEqualTo(1);
    assertThat(run("resume", none)).isEqualTo(1);
    assertThat(err()).contains("no daemon runs on " + none + ": nothing was changed");
    assertThat(none).doesNotExist();
  }

  @Test
  void whoIsNotRootAndNamesNoDirectoryMeansTheHostsDaemon() {
    Path own = directory.resolve("own");
    Path absent = directory.resolve("absent");

    assertThat(Invocation.refusal(Optional.empty(), own, state))
        .hasValueSatisfying(
            why -> assertThat(why).contains("needs root: the host's daemon uses " + state));
    assertThat(Invocation.refusal(Optional.of(own), own, state)).isEmpty();
    assertThat(Invocation.refusal(Optional.empty(), state, state)).isEmpty();
    assertThat(Invocation.refusal(Optional.empty(), own, absent)).isEmpty();
  }

  @Test
  void aLockThatCannotBeLookedAtIsNotTakenForAFreeOne() throws IOException {
    Files.createSymbolicLink(state.resolve("lock"), directory.resolve("elsewhere"));

    assertThatThrownBy(() -> LinuxHost.inUse(state))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("could not be looked at");
  }

  @Test
  void theLockOfAnotherProcessIsSeen() throws IOException, InterruptedException {
    Path python = Path.of("/usr/bin/python3");
    assumeTrue(Files.exists(python), "needs python3");
    LinuxHost.open(state).close();
    Process other =
        new ProcessBuilder(
                python.toString(),
                "-c",
                "import fcntl,sys; f=open(sys.argv[1],'r+'); fcntl.lockf(f, fcntl.LOCK_EX);"
                    + " print('held', flush=True); sys.stdin.read()",
                state.resolve("lock").toString())
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("held");
      assertThat(LinuxHost.inUse(state)).isTrue();
    } finally {
      other.getOutputStream().close();
      other.waitFor();
    }
    assertThat(LinuxHost.inUse(state)).isFalse();
  }
}
