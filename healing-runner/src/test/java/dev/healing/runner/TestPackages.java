package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Programs of Debian that tests need, which a script installs where it may. */
final class TestPackages {
  private static final Path SCRIPT =
      Path.of("src/test/scripts/install-test-packages").toAbsolutePath();

  private TestPackages() {}

  /** A browser. Skips the test, with the reason, where there is none to be had. */
  static Path chromium() {
    return program("browser");
  }

  /** Prometheus' checker. Skips the test, with the reason, where there is none to be had. */
  static Path promtool() {
    return program("promtool");
  }

  /** The shell. Skips the test, with the reason, where there is none to be had. */
  static Path zsh() {
    return program("zsh");
  }

  private static Path program(String what) {
    try {
      Process process =
          new ProcessBuilder(SCRIPT.toString(), what)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      Assumptions.assumeTrue(process.waitFor() == 0, "skipped: " + said);
      return Path.of(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
