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

class HistoryVerbTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path state;

  private int run(String... line) {
    out.reset();
    err.reset();
    return new Shell(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Map.of())
        .run(line);
  }

  @Test
  void whatCannotBeReadIsNotLeftOutAsIfItNeverWas() throws IOException {
    String of = state.toString();
    assertThat(run("history", "--state", of)).as(err.toString(UTF_8)).isZero();

    Files.writeString(state.resolve("audit.jsonl"), "no line of ours\nnor this one\n");
    assertThat(run("history", "--state", of)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("audit.jsonl", "not all that was done");
    assertThat(run("explain", "web.service", "--state", of)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("audit.jsonl", "not all that was done");
  }
}
