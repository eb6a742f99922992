package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DurableTest {
  @Test
  void whatTheKernelSaysOfAFullDiskIsKnownInItsOwnWords() {
    IOException written =
        catchThrowableOfType(
            IOException.class,
            () -> {
              try (RandomAccessFile full = new RandomAccessFile("/dev/full", "rw")) {
                full.write(1);
              }
            });
    IOException other =
        catchThrowableOfType(IOException.class, () -> Files.readString(Path.of("/proc/self/mem")));
    assertThat(Durable.full(written)).isTrue();
    assertThat(Durable.unwritable(written)).isTrue();
    assertThat(Durable.full(other)).isFalse();
  }
}
