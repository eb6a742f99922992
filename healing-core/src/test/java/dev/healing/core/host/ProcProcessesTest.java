package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcProcessesTest {
  private final ProcProcesses processes = new ProcProcesses(new RootedFiles(Path.of("/")));

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
      assertThat(processes.alive(ref)).isTrue();
      assertThat(processes.terminate(ref)).isTrue();
      assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(processes.alive(ref)).isFalse();
      assertThat(processes.kill(ref)).isFalse();
    } finally {
      sleeper.destroyForcibly();
    }
  }

  @Test
  void anotherProcessWithTheSameNumberIsLeftAlone() throws Exception {
    Process sleeper = new ProcessBuilder("sleep", "600").start();
    try {
      Ref ref = processes.find(sleeper.pid()).orElseThrow().ref();
      assertThat(processes.kill(new Ref(ref.pid(), ref.startTicks() - 1))).isFalse();
      assertThat(processes.alive(ref)).isTrue();
      assertThat(processes.kill(ref)).isTrue();
    } finally {
      sleeper.destroyForcibly();
    }
  }

  @Test
  void refusesInitTheKernelAndOurselves() {
    assertThatThrownBy(() -> processes.kill(new Ref(1, 0))).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> processes.kill(new Ref(2, 0))).isInstanceOf(RefusedException.class);
    for (long pid : processes.ourselves()) {
      assertThatThrownBy(() -> processes.terminate(new Ref(pid, 0)))
          .isInstanceOf(RefusedException.class);
    }
  }
}
