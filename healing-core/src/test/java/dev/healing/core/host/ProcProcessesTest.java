package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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
