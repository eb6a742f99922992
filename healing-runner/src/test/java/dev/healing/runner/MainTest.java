package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process. */
class MainTest {
  @ParameterizedTest
  @ValueSource(strings = {"--version", "anomaly --csv rows.csv"})
  @Timeout(60)
  void anAnswerThatNobodyGetsIsNotDone(String typed, @TempDir Path directory)
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve("rows.csv"), "timestamp,value\n2026-11-01 00:00:00,1\n");
    Process process =
        new ProcessBuilder(command(typed))
            .directory(directory.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(Path.of("/dev/full").toFile())
            .start();
    String said = new String(process.getErrorStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said).contains("healing: the output could not be written");
  }

  /** {@code healing … | head -1}. */
  @Test
  void whoseReaderHasEnoughEndsQuietly() throws Exception {
    Process process =
        new ProcessBuilder(command("--help")).redirectInput(Path.of("/dev/null").toFile()).start();
    process.getInputStream().close();
    String said = new String(process.getErrorStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(said).isEqualTo(141);
    assertThat(said).isEmpty();
  }

  private static List<String> command(String typed) {
    return Stream.concat(
            Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()),
            Stream.of(typed.split(" ")))
        .toList();
  }
}
