package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Root may remove the file; two daemons must not act for all that. */
class StateLockTest {
  @TempDir Path parent;

  /** Another process that holds the state directory until it is ended. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (StateDirectory state = StateDirectory.open(Path.of(arguments[0]))) {
        System.out.println(state.location());
        int unused = System.in.read();
      }
    }
  }

  /** Another process that asks all the time whether somebody has it, until it is ended. */
  static final class Asker {
    private Asker() {}

    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      System.out.println(directory.toRealPath());
      while (System.in.available() == 0) {
        StateLock.held(directory);
      }
    }
  }

  private Process holder() throws IOException {
    return beside(Holder.class);
  }

  private Process beside(Class<?> main) throws IOException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    assertThat(said.readLine()).isEqualTo(parent.toRealPath().toString());
    return process;
  }

  @Test
  void whoOnlyAsksKeepsNobodyFromIt() throws IOException, InterruptedException {
    StateDirectory.open(parent).close();
    Process asker = beside(Asker.class);
    try {
      for (int i = 0; i < 1000; i++) {
        StateDirectory.open(parent).close();
      }
    } finally {
      asker.destroyForcibly().waitFor();
    }
  }

  @Test
  void whoComesLaterFindsTheHolderOfAFileThatIsGone() throws IOException, InterruptedException {
    Process holder = holder();
    try {
      refused(holder);
      Files.move(parent.resolve("lock"), parent.resolve("lock.old"));
      refused(holder);
      Files.delete(parent.resolve("lock.old"));
      refused(holder);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    StateDirectory.open(parent).close();
  }

  private void refused(Process holder) {
    assertThatThrownBy(() -> StateDirectory.open(parent))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("is in use by another healing process (pid " + holder.pid() + ")");
  }

  @Test
  void theHolderOfAFileThatIsGoneWritesNothingAnyMore() throws IOException {
    try (StateDirectory state = StateDirectory.open(parent)) {
      state.append("a.jsonl", List.of("{\"a\":1}"));
      assertThat(state.trouble()).isEmpty();
      Files.delete(parent.resolve("lock"));
      writesNothing(state);
      Files.createFile(parent.resolve("lock"));
      writesNothing(state);
      assertThat(state.lines("a.jsonl").lines()).containsExactly("{\"a\":1}");
    }
  }

  private static void writesNothing(StateDirectory state) {
    assertThat(state.trouble().orElseThrow()).contains("lock was removed or replaced");
    assertThatThrownBy(() -> state.append("a.jsonl", List.of("{}")))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("is not written");
    assertThatThrownBy(() -> state.replace("d.json", "{}")).isInstanceOf(HostException.class);
  }
}
