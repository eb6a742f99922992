package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.history.HistoryWriter;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.spi.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** On real files, written as the daemon writes them. */
class MetricsVerbTest {
  private static final Metric VAR = Metric.of(Metric.FILESYSTEM_USED, "/var");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Instant end = Instant.now();
  @TempDir private Path state;

  private record At(Instant now, long monotonicNanos, String bootId) implements TimeSource {}

  @BeforeEach
  void write() throws IOException {
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
    try (LinuxHost host = LinuxHost.open(state);
        HistoryWriter writer =
            new HistoryWriter(host.state(), new At(end, 0, "boot"), host.workers())) {
      writer.keep(OptionalLong.of(HistoryWriter.MOST_BYTES));
      for (Instant at = end.minus(Duration.ofMinutes(30));
          at.isBefore(end);
          at = at.plusSeconds(1)) {
        double value = at.getEpochSecond() % 2 == 0 ? 0.25 : 0.75;
        writer.add(List.of(new Sample(Metric.CPU_BUSY, value, at), new Sample(VAR, 0.5, at)));
      }
    }
  }

  private int run(String typed) {
    return new Shell(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Map.of())
        .run((typed + " --state " + state).split(" "));
  }

  private JsonNode json() {
    return JsonText.read(out.toString(UTF_8));
  }

  @Test
  void allSeriesAreListed() {
    assertThat(run("metrics")).isZero();
    assertThat(out.toString(UTF_8).lines().skip(1))
        .hasSize(2)
        .anyMatch(
            line -> line.startsWith("0.5 ") && line.endsWith("filesystem.used.fraction{/var}"));
  }

  @Test
  void theListAsJson() {
    assertThat(run("metrics --json")).isZero();
    JsonNode first = json().path("series").path(0);
    assertThat(first.path("metric").asString()).isEqualTo("cpu.busy.fraction");
    assertThat(Instant.parse(first.path("last").asString())).isAfter(end.minusSeconds(3));
  }

  @Test
  void onePointForEachStep() {
    assertThat(run("metrics cpu.busy.fraction --since 10m --every 10s")).isZero();
    List<String> rows = out.toString(UTF_8).lines().toList();
    assertThat(rows.get(0)).isEqualTo("time,min,avg,max");
    assertThat(rows).hasSizeBetween(60, 63);
    assertThat(rows.get(30)).matches("20\\S+Z,0\\.25,0\\.5,0\\.75");
  }

  @Test
  void onePointForEachStepAsJson() {
    assertThat(run("metrics filesystem.used.fraction{/var} --since 24h --json")).isZero();
    assertThat(json().path("stepMillis").asLong()).isEqualTo(900_000);
    assertThat(json().path("damaged")).isEmpty();
    assertThat(json().path("points")).hasSizeBetween(2, 3);
    assertThat(json().path("points").path(0).path("average").asDouble()).isEqualTo(0.5);
  }

  @Test
  void aSeriesThatIsNotThereIsAnsweredWithThoseThatAre() {
    assertThat(run("metrics filesystem.used.fraction")).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("expected one of filesystem.used.fraction{/var}");
    assertThat(run("metrics no.such")).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("'healing metrics' lists");
  }

  @Test
  void wrongStepsAreWrongUsage() {
    assertThat(run("metrics cpu.busy.fraction --every soon")).isEqualTo(2);
    assertThat(run("metrics cpu.busy.fraction --every 500ms")).isEqualTo(2);
    assertThat(run("metrics --since 1h")).isEqualTo(2);
    assertThat(run("metrics cpu.busy.fraction --since 3650d --every 1s")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("choose longer steps");
  }

  @Test
  void itsFilesAreTheOwnersOnly() throws IOException {
    Path folder = state.resolve("history");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("log-00000000"))))
        .isEqualTo("rw-------");
  }
}
