package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnowledgeVerbTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path directory;

  private int run(String... line) {
    return new Shell(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Map.of())
        .run(line);
  }

  private String refused(String file) {
    err.reset();
    assertThat(run("knowledge", "import", file, "--state", directory + "/state"))
        .as(err.toString(UTF_8))
        .isEqualTo(1);
    return err.toString(UTF_8);
  }

  @Test
  void whatIsNoFileOfKnowledgeIsRefusedBeforeItIsRead() throws IOException {
    assertThat(refused("/dev/zero")).contains("'/dev/zero': expected a regular file");
    assertThat(refused(directory.toString())).contains("expected a regular file");
    assertThat(refused("")).contains("'': expected a regular file");
    assertThat(refused(directory + "/none")).contains("none cannot be read");
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThat(refused(empty.toString())).contains("empty is empty");
  }

  @Test
  void anImportIsToldAndKept() throws IOException {
    Path seed = directory.resolve("old.json");
    Files.writeString(
        seed,
        """
        {"fixes": {"service_failed:web.service": [
          {"timestamp": "2026-01-01T00:00:00Z", "actions": ["restart_service"], "impact": 1}]},
         "failures": {}, "patterns": {}, "statistics": {}}
        """);
    String state = directory + "/state";
    assertThat(run("knowledge", "import", seed.toString(), "--state", state))
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(out.toString(UTF_8)).contains("1 attempt");
    out.reset();
    assertThat(run("knowledge", "show", "--state", state)).isZero();
    assertThat(out.toString(UTF_8)).contains("web.service", "old.json");
  }
}
