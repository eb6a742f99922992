package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessCommandsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final ProcessCommands commands =
      new ProcessCommands(Map.of("PATH", ".:/usr/bin", "HOME", "/h", "SECRET", "s"));

  @Test
  void tellsOutputAndExitCode() {
    Result result = commands.run(Command.of(LONG, "sh", "-c", "echo out; echo err >&2; exit 3"));
    assertThat(result).isEqualTo(new Result(3, "out\n", "err\n", false, false));
    assertThat(commands.run(Command.of(LONG, "sh", "-c", "kill -9 $$")).exitCode()).isEqualTo(137);
  }

  @Test
  void environmentIsClean() {
    String environment = commands.run(Command.of(LONG, "env")).stdout();
    assertThat(environment).contains("LC_ALL=C", "HOME=/h", "PATH=/usr/bin:/run/wrappers/bin");
    assertThat(environment).doesNotContain("SECRET");
  }

  @Test
  void bothPipesAreEmptiedAndOutputIsCapped() {
    String loud = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo -n end";
    Result result = commands.run(new Command(List.of("sh", "-c", loud), LONG, 1000));
    assertThat(result.ok()).isTrue();
    assertThat(result.truncated()).isTrue();
    assertThat(result.stdout()).hasSize(1000);
    assertThat(result.stderr()).hasSize(1000);
  }

  @Test
  void linesAreHandedOverAsTheyComeAndNoneIsKept() {
    List<String> lines = new ArrayList<>();
    Result result =
        commands.run(
            new Command(List.of("sh", "-c", "printf 'one\\n\\nlonger\\nend'; echo e >&2"), LONG, 4),
            lines::add);
    assertThat(lines).containsExactly("one", "", "long", "end");
    assertThat(result).isEqualTo(new Result(0, "", "e\n", true, false));

    long[] seen = new long[2];
    Result many =
        commands.run(
            new Command(List.of("seq", "1000000"), LONG, 100),
            line -> {
              seen[0]++;
              seen[1] += Long.parseLong(line);
            });
    assertThat(many.truncated()).isFalse();
    assertThat(seen).containsExactly(1_000_000, 500_000_500_000L);
  }

  @Test
  void whoeverThrowsAtALineEndsTheCommand() {
    List<String> pids = new ArrayList<>();
    assertThatThrownBy(
            () ->
                commands.run(
                    Command.of(LONG, "sh", "-c", "echo $$; exec sleep 600"),
                    pid -> {
                      pids.add(pid);
                      throw new IllegalStateException("no more");
                    }))
        .hasMessage("no more");
    assertThat(ProcessHandle.of(Long.parseLong(pids.get(0))).filter(ProcessCommandsTest::runs))
        .isEmpty();
  }

  @Test
  void isGivenItsInputAndAnEndOfIt() {
    String input = "ä".repeat(Command.MAX_INPUT_BYTES / 2);
    Result read = commands.run(new Command(List.of("cat"), LONG, 1 << 20, input));
    assertThat(read.stdout()).isEqualTo(input);
    assertThat(commands.run(Command.of(LONG, "cat")).stdout()).isEmpty();
  }

  @Test
  void whoDoesNotReadItsInputIsNotWaitedFor() {
    String input = "x".repeat(Command.MAX_INPUT_BYTES);
    assertThat(commands.run(new Command(List.of("true"), LONG, 1000, input)).ok()).isTrue();
    Command silent = new Command(List.of("sleep", "600"), Duration.ofMillis(300), 1000, input);
    assertThat(commands.run(silent).timedOut()).isTrue();
  }

  @Test
  void nothingIsLostOfAShortCommand() {
    for (int i = 0; i < 100; i++) {
      assertThat(commands.run(Command.of(LONG, "echo", "x".repeat(5000))).stdout()).hasSize(5001);
    }
  }

  @Test
  void theDeadlineEndsTheWholeTree() {
    Result result =
        commands.run(
            Command.of(Duration.ofMillis(300), "sh", "-c", "sleep 600 & echo $!; wait; true"));
    assertThat(result.timedOut()).isTrue();
    long child = Long.parseLong(result.stdout().strip());
    assertThat(ProcessHandle.of(child).filter(ProcessCommandsTest::runs)).isEmpty();
  }

  private static boolean runs(ProcessHandle handle) {
    handle.onExit().orTimeout(5, java.util.concurrent.TimeUnit.SECONDS).join();
    return handle.isAlive();
  }

  @Test
  void aDaemonThatKeepsThePipeHoldsNobodyUp() {
    Result result = commands.run(Command.of(LONG, "sh", "-c", "sleep 5 & echo $!"));
    assertThat(result.ok()).isTrue();
    ProcessHandle.of(Long.parseLong(result.stdout().strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void anInterruptEndsItAndIsRestored() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> commands.run(Command.of(LONG, "sleep", "600")))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> commands.run(Command.of(LONG, "no-such-program")))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("no-such-program")
        .hasMessageContaining("/run/current-system/sw/bin");
  }
}
