package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ProcProcessesTest {
  private final ProcProcesses processes =
      new ProcProcesses(new RootedFiles(Path.of("/")), new ProcessCommands(System.getenv()));

  @Test
  void seesOurselves() {
    long own = ProcessHandle.current().pid();
    ProcessState state = processes.find(own).orElseThrow();
    assertThat(state.residentBytes()).isGreaterThan(10 << 20);
    assertThat(state.kernelThread()).isFalse();
    assertThat(processes.ourselves()).startsWith(own).contains(state.parentPid());
    assertThat(processes.all()).extracting(p -> p.ref().pid()).contains(own);
  }

  @Test
  void endsAProcessAndKnowsThatItIsGone() throws Exception {
    Process sleeper = new ProcessBuilder("sleep", "600").start();
    try {
      Ref ref = processes.find(sleeper.pid()).orElseThrow().ref();
      Held held = processes.hold(ref).orElseThrow();
      assertThat(held.alive()).isTrue();
      assertThat(held.terminate()).isTrue();
      assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(held.alive()).isFalse();
      assertThat(held.kill()).isFalse();
      assertThat(processes.hold(ref)).isEmpty();
    } finally {
      sleeper.destroyForcibly();
    }
  }

  @Test
  void anotherProcessWithTheSameNumberIsLeftAlone() throws Exception {
    Process sleeper = new ProcessBuilder("sleep", "600").start();
    try {
      Ref ref = processes.find(sleeper.pid()).orElseThrow().ref();
      assertThat(processes.hold(new Ref(ref.pid(), ref.startTicks() - 1))).isEmpty();
      assertThat(sleeper.isAlive()).isTrue();
      assertThat(processes.hold(ref).orElseThrow().kill()).isTrue();
    } finally {
      sleeper.destroyForcibly();
    }
  }

  /** Out of memory perl may not start, not answer, or answer half; another way is not taken. */
  @Test
  void whoCannotBeSignalledByPidFdIsNotSignalled() throws Exception {
    Process sleeper = new ProcessBuilder("sleep", "600").start();
    try {
      Ref ref = processes.find(sleeper.pid()).orElseThrow().ref();
      List<Supplier<Result>> failures =
          List.of(
              () -> new Result(-9, "", "", false, true),
              () -> new Result(12, "", "Out of memory!", false, false),
              () -> new Result(0, "", "", false, false),
              () -> new Result(0, "38\n", "", false, false),
              () -> {
                throw new HostException("perl could not be started");
              });
      for (Supplier<Result> failure : failures) {
        assertThatThrownBy(() -> held(Optional.of(Path.of("/perl")), failure, ref).kill())
            .isInstanceOf(HostException.class);
      }
      assertThatThrownBy(() -> held(Optional.empty(), failures.get(0), ref).terminate())
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("install perl");
      assertThat(processes.hold(ref).orElseThrow().alive()).isTrue();
    } finally {
      sleeper.destroyForcibly();
    }
  }

  private static Held held(Optional<Path> perl, Supplier<Result> answer, Ref ref) {
    CommandRunner commands =
        new CommandRunner() {
          @Override
          public Optional<Path> which(String program) {
            return perl;
          }

          @Override
          public Result run(Command command) {
            return answer.get();
          }
        };
    return new ProcProcesses(new RootedFiles(Path.of("/")), commands).hold(ref).orElseThrow();
  }

  @Test
  void severalAreSignalledInOneGoAndWhoHasEndedIsNotAmongThem() throws Exception {
    List<Process> sleepers = new ArrayList<>();
    List<Held> held = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        sleepers.add(new ProcessBuilder("sleep", "600").start());
        Ref ref = processes.find(sleepers.get(i).pid()).orElseThrow().ref();
        held.add(processes.hold(ref).orElseThrow());
      }
      sleepers.get(1).destroyForcibly().waitFor();
      assertThat(processes.terminate(held.subList(0, 3))).containsExactly(held.get(0), held.get(2));
      for (int i : new int[] {0, 2}) {
        assertThat(sleepers.get(i).waitFor()).isEqualTo(128 + 15);
      }
      assertThat(processes.kill(held)).containsExactly(held.get(3));
      assertThat(sleepers.get(3).waitFor()).isEqualTo(128 + 9);
      assertThat(processes.kill(held)).isEmpty();
    } finally {
      sleepers.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void refusesInitTheKernelAndOurselves() {
    for (long pid : processes.ourselves()) {
      Ref ref = processes.find(pid).orElseThrow().ref();
      Held held = processes.hold(ref).orElseThrow();
      assertThatThrownBy(held::terminate).isInstanceOf(RefusedException.class);
      assertThatThrownBy(held::kill).isInstanceOf(RefusedException.class);
    }
    assertThat(processes.ourselves()).contains(1L);
  }
}
