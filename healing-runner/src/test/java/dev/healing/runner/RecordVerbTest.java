package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordVerbTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path directory;

  private int run(Path file) {
    return new Shell(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Map.of())
        .run("record", file.toString(), "--for", "10ms", "--state", directory + "/state");
  }

  @Test
  void aTraceOfThisHostIsWrittenForItsOwnerAndNothingElse() throws IOException {
    Path file = directory.resolve("a.trace");
    assertThat(run(file)).as(err.toString(UTF_8)).isZero();
    assertThat(out.toString(UTF_8)).contains("a.trace: 1 looks, ");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(directory.resolve("state")).doesNotExist();
    try (TraceReader reader = new TraceReader(Files.newInputStream(file))) {
      RecordedLook look = reader.next().orElseThrow();
      assertThat(look.samples()).extracting(Sample::metric).contains(Metric.MEMORY_USED);
      assertThat(reader.next()).isEmpty();
      assertThat(reader.torn()).isFalse();
    }
  }

  @Test
  void whatIsThereIsNeverOverwrittenOrFollowed() throws IOException {
    Path file = Files.writeString(directory.resolve("there"), "mine");
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("new"));
    assertThat(run(file)).isEqualTo(1);
    assertThat(run(link)).isEqualTo(1);
    assertThat(run(directory.resolve("none/x"))).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("is there already", "cannot be made");
    assertThat(file).hasContent("mine");
    assertThat(directory.resolve("new")).doesNotExist();
  }

  @Test
  void aFileWithoutANameIsRefused() {
    assertThat(run(Path.of(""))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("record: expected the name of a new file");
  }
}
