package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemTimeTest {
  @TempDir Path directory;

  @Test
  void allProcessesOfABootMeasureTheSame() throws IOException {
    Path file = Files.writeString(directory.resolve("boot_id"), "6f1e\n");
    long before = System.nanoTime();
    SystemTime time = new SystemTime(file);
    assertThat(time.bootId()).isEqualTo("6f1e");
    assertThat(time.monotonicNanos()).isBetween(before, System.nanoTime());
  }

  @Test
  void whereTheBootCannotBeToldEachProcessIsOneAndBeginsWithIt() {
    Path none = directory.resolve("none");
    long before = System.nanoTime();
    SystemTime time = new SystemTime(none);
    assertThat(time.monotonicNanos()).isBetween(0L, System.nanoTime() - before);
    assertThat(time.bootId()).isNotEqualTo(new SystemTime(none).bootId());
  }
}
