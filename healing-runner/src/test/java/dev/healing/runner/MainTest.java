package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process. */
class MainTest {
  @ParameterizedTest
  @ValueSource(strings = {"--version", "anomaly --csv /dev/stdin"})
  @Timeout(60)
  void anAnswerThatNobodyGetsIsNotDone(String typed) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(typed))
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
