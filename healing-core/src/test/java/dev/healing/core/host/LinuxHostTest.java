package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.Workers.Task;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxHostTest {
  @TempDir Path directory;

  @Test
  void isWhole() throws Exception {
    try (LinuxHost host = LinuxHost.open(directory)) {
      assertThat(host.time().bootId()).hasSize(36).isEqualTo(host.time().bootId());
      assertThat(host.state().location()).isEqualTo(directory.toRealPath().toString());
      assertThat(host.systemd().availability().how()).isNotBlank();
      assertThat(host.privileges()).isNotNull();
      assertThat(LinuxHost.defaultStateDirectory()).endsWithRaw(Path.of("healing"));
    }
  }

  @Test
  void aCancelledTaskIsInterrupted() throws Exception {
    try (LinuxHost host = LinuxHost.observe(directory)) {
      CountDownLatch running = new CountDownLatch(1);
      CountDownLatch interrupted = new CountDownLatch(1);
      Task task =
          host.workers()
              .start(
                  "sleeper",
                  () -> {
                    running.countDown();
                    try {
                      host.workers().sleep(Duration.ofMinutes(10));
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                    }
                  });
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(task.done()).isFalse();
      task.cancel();
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
