package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.history.HistoryWriter;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.control.ControlServer;
import dev.healing.spi.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ForecastVerbTest {
  private static final Instant BEGIN = Instant.parse("2026-03-02T00:00:00Z");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path directory;

  private int run(Object... args) {
    out.reset();
    err.reset();
    PrintStream to = new PrintStream(out, true, UTF_8);
    String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
    return new Shell(to, new PrintStream(err, true, UTF_8), Map.of()).run(texts);
  }

  private List<JsonNode> lines() {
    return out.toString(UTF_8).lines().map(JsonText::read).toList();
  }

  /** From 20 % of so much, a hundredth of it an hour, a row every five minutes. */
  private Path rising(String name, int rows, double limit) throws IOException {
    String text =
        IntStream.range(0, rows)
            .mapToObj(
                i ->
                    BEGIN.plusSeconds(300L * i).getEpochSecond()
                        + ","
                        + limit * (0.2 + 0.01 * i / 12))
            .collect(Collectors.joining("\n"));
    return Files.writeString(directory.resolve(name), "timestamp,value\n" + text + "\n");
  }

  @Test
  void aLineForEachFile() throws IOException {
    Path soon = rising("soon.csv", 78 * 12 + 1, 1); // two hours before it is full
    Path later = rising("later.csv", 40 * 12, 1);
    assertThat(run("forecast", "--csv", soon, later, "--limit", "1")).isZero();
    assertThat(lines()).hasSize(2);
    JsonNode first = lines().get(0);
    assertThat(first.propertyNames())
        .containsExactly("file", "reaches", "probability", "at", "lower", "upper");
    assertThat(first.path("file").asString()).isEqualTo(soon.toString());
    assertThat(first.path("reaches").asBoolean()).isTrue();
    assertThat(first.path("probability").asDouble()).isBetween(0.45, 1.0);
    Instant now = BEGIN.plus(Duration.ofHours(78));
    assertThat(Instant.parse(first.path("at").asString()))
        .isBetween(now.plusSeconds(3600), now.plusSeconds(4 * 3600));
    assertThat(first.path("lower").asString()).isLessThan(first.path("at").asString());
    assertThat(first.path("upper").asString()).isGreaterThan(first.path("at").asString());
    assertThat(lines().get(1).path("reaches").asBoolean()).isFalse();
  }

  @Test
  void aLimitIsInTheUnitOfTheValues() throws IOException {
    Path bytes = rising("bytes.csv", 78 * 12, 5e10);
    assertThat(run("forecast", "--csv", bytes, "--limit", "5e10")).isZero();
    assertThat(lines().get(0).path("reaches").asBoolean()).isTrue();
    assertThat(run("forecast", "--csv", bytes, "--limit", "100000000000")).isZero();
    assertThat(lines().get(0).path("reaches").asBoolean()).isFalse();
    Path fraction = rising("fraction.csv", 68 * 12, 1);
    assertThat(run("forecast", "--csv", fraction, "--limit", "90%")).isZero();
    assertThat(lines().get(0).path("reaches").asBoolean()).isTrue();
  }

  @Test
  void percentagesAreNotTakenForFractions() throws IOException {
    Path file = Files.writeString(directory.resolve("p.csv"), "1772409600,0.5\n1772409660,91\n");
    assertThat(run("forecast", "--csv", file, "--limit", "90")).isZero();
    assertThat(run("forecast", "--csv", file, "--limit", "90%")).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("p.csv:2: 91.0: expected a fraction of 0 to 1");
  }

  @Test
  void theHorizonIsWhatIsAskedFor() throws IOException {
    Path file = rising("a.csv", 60 * 12, 1); // 20 hours before
    assertThat(run("forecast", "--csv", file, "--limit", "1")).isZero();
    assertThat(lines().get(0).path("reaches").asBoolean()).isFalse();
    assertThat(run("forecast", "--csv", file, "--limit", "1", "--horizon", "2d")).isZero();
    assertThat(lines().get(0).path("reaches").asBoolean()).isTrue();
  }

  /** Each line is what a file that ends there says. */
  @Test
  void aStepKnowsNothingOfLaterRows() throws IOException {
    Path file = rising("a.csv", 78 * 12 + 1, 1);
    assertThat(run("forecast", "--csv", file, "--limit", "1", "--every", "1h")).isZero();
    List<JsonNode> steps = lines();
    assertThat(steps).hasSize(78);
    for (int hour : List.of(1, 20, 60, 75, 78)) {
      Path cut = rising("cut.csv", hour * 12 + 1, 1);
      run("forecast", "--csv", cut, "--limit", "1");
      JsonNode step = steps.get(hour - 1);
      assertThat(step.path("asOf").asString())
          .isEqualTo(BEGIN.plusSeconds(3600L * hour).toString());
      for (String member : List.of("reaches", "probability", "at", "lower", "upper")) {
        assertThat(step.path(member)).isEqualTo(lines().get(0).path(member));
      }
    }
  }

  @Test
  void aTimeOutOfAllProportionMakesNoLinesWithoutEnd() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("a.csv"),
            "2026-03-02 00:00:00,0.5\n9999-03-02 00:00:00,0.5\n9999-03-02 00:00:30,0.5\n");
    assertThat(run("forecast", "--csv", file, "--limit", "1", "--every", "1m")).isZero();
    assertThat(lines()).hasSizeBetween(360, 363);
    Files.writeString(file, "+999999999-12-31 23:59:59,0.5\n1,0.5\n2,0.5\n");
    assertThat(run("forecast", "--csv", file, "--limit", "1", "--every", "1m")).isEqualTo(1);
    assertThat(err.toString(UTF_8)).hasLineCount(1).contains("a.csv");
  }

  /** One of each in the middle, and one at the end: a forecast as if they were not there. */
  @Test
  void aRowThatIsOutOfAllTimeIsLeftOutAndTold() throws IOException {
    Path file = rising("a.csv", 78 * 12 + 1, 1);
    List<String> rows = new ArrayList<>(Files.readAllLines(file));
    assertThat(run("forecast", "--csv", file, "--limit", "1", "--every", "1h")).isZero();
    String without = out.toString(UTF_8);

    rows.add(900, "2999-01-01 00:00:00,0.3");
    rows.add(600, "0,0.3");
    rows.add(300, "+123456789-01-01T00:00:00Z,0.3");
    rows.add("2026-09-01T00:00:00Z,0.9");
    Files.write(file, rows);
    assertThat(run("forecast", "--csv", file, "--limit", "1", "--every", "1h")).isZero();

    assertThat(out.toString(UTF_8)).isEqualTo(without);
    assertThat(err.toString(UTF_8).lines())
        .satisfiesExactly(
            far ->
                assertThat(far)
                    .startsWith("healing: " + file + ":301: +123456789-01-01T00:00:00Z is 45")
                    .endsWith("days after 1772499000, and the next row is not: left out"),
            zero -> assertThat(zero).contains(":602: 0 is ", "days before", "left out"),
            late -> assertThat(late).contains(":903: 2999-01-01 00:00:00 is 35", "left out"),
            more -> assertThat(more).endsWith("a.csv: 1 more rows like those: left out"));
  }

  @Test
  void aGapIsOneIfTheSeriesGoesOnBehindIt() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("a.csv"),
            "2026-03-02 00:00:00,0.1\n2026-05-02 00:00:00,1\n2026-05-02 00:00:00,1\n");
    assertThat(run("forecast", "--csv", file, "--limit", "1")).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(lines().get(0).path("at").asString()).isEqualTo("2026-05-02T00:00:00Z");
    Files.writeString(file, "2026-03-02 00:00:00,0.1\n2026-03-05 00:00:00,1\n");
    assertThat(run("forecast", "--csv", file, "--limit", "1")).isZero();
    assertThat(lines().get(0).path("at").asString()).isEqualTo("2026-03-05T00:00:00Z");
  }

  @Test
  void aClockThatWasSetBackIsToldAndAFileInNoOrderRefused() throws IOException {
    Path file = rising("a.csv", 100, 1);
    List<String> rows = Files.readAllLines(file);
    Collections.swap(rows, 50, 51);
    Collections.swap(rows, 70, 71);
    Files.write(file, rows);
    assertThat(run("forecast", "--csv", file, "--limit", "1")).isZero();
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            "healing: "
                + file
                + ":52: 1772424300 is before the newest row before it, as are 1 others: taken as of"
                + " the same time as that\n");

    Collections.reverse(rows);
    Files.write(file, rows.subList(0, 100));
    assertThat(run("forecast", "--csv", file, "--limit", "1")).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .contains("a.csv:74: ", " is 6 hours before ", " in line 1", "in the order of their times");
    Files.writeString(file, "2999-01-01 00:00:00,1\n2026-01-01 00:00:00,1\n1767225660,1\n");
    assertThat(run("forecast", "--csv", file, "--limit", "1")).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .contains("a.csv:2: 2026-01-01 00:00:00 is ", "days before 2999-01-01 00:00:00 in line 1");
  }

  @Test
  void whatCannotBeReadIsToldAndTheOthersAreForecast() throws IOException {
    Path bad = Files.writeString(directory.resolve("bad.csv"), "1772409600,5\n1772409660,many\n");
    Path empty = Files.writeString(directory.resolve("empty.csv"), "timestamp,value\n");
    Path blank = Files.writeString(directory.resolve("blank.csv"), "1772409600,\n");
    Path nan = Files.writeString(directory.resolve("nan.csv"), "1772409600,NaN\n");
    Path good = rising("good.csv", 500, 1);
    Path none = directory.resolve("none.csv");
    assertThat(run("forecast", "--csv", bad, none, empty, blank, nan, good, "--limit", "1"))
        .isEqualTo(1);
    assertThat(lines())
        .singleElement()
        .matches(line -> line.path("file").asString().contains("good"));
    assertThat(err.toString(UTF_8).lines())
        .hasSize(5)
        .anyMatch(line -> line.contains("blank.csv: has no value in its rows"))
        .anyMatch(line -> line.contains("nan.csv:1: the value is 'NaN'"))
        .anyMatch(line -> line.contains("bad.csv:2: the value is 'many'"))
        .anyMatch(line -> line.contains("none.csv: there is no such file"))
        .anyMatch(line -> line.contains("empty.csv: has no row"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--csv a.csv | expected --limit L",
        "--csv a.csv --limit 0 | a number above 0",
        "--csv a.csv --limit -1 | a number above 0",
        "--csv a.csv --limit 1d | a number above 0",
        "--csv a.csv --limit NaN | a number above 0",
        "--csv a.csv --limit 1e999 | a number above 0",
        "--csv a.csv --limit 1 --horizon 4 | whole seconds or more",
        "--csv a.csv --limit 1 --every 0s | whole seconds or more",
        "--limit 1 | expected --csv FILE",
        "--every 1h | expected --csv FILE"
      })
  void wrongUsage(String typed, String expected) {
    assertThat(run((Object[]) ("forecast " + typed).split(" "))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains(expected);
  }

  // -------------------------------------------------------------- of this host

  private record At(Instant now, long monotonicNanos, String bootId) implements TimeSource {}

  /** Two days, until now: a file system that fills, memory that does not, and one that is new. */
  private void history() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Instant end = Instant.now();
    Instant begin = end.minus(Duration.ofHours(48));
    try (LinuxHost host = LinuxHost.open(directory);
        HistoryWriter writer =
            new HistoryWriter(host.state(), new At(end, 0, "boot"), host.workers())) {
      writer.keep(OptionalLong.of(HistoryWriter.MOST_BYTES));
      for (Instant at = begin; at.isBefore(end); at = at.plusSeconds(60)) {
        double part = Duration.between(begin, at).toSeconds() / (48 * 3600.0);
        writer.add(
            List.of(
                new Sample(Metric.of(Metric.FILESYSTEM_USED, "/var"), 0.3 + 0.67 * part, at),
                new Sample(Metric.MEMORY_USED, 0.4, at),
                new Sample(Metric.CPU_BUSY, 0.9, at)));
        if (part > 0.97) {
          writer.add(List.of(new Sample(Metric.SWAP_USED, 0.1, at)));
        }
      }
    }
  }

  @Test
  void whatHasALimitOnThisHost() throws IOException {
    history();
    assertThat(run("forecast", "--state", directory)).isZero();
    assertThat(out.toString(UTF_8).replace("\n", " ").replaceAll(" +", " "))
        .contains("filesystem.used.fraction{/var}: full in ")
        .contains("memory.used.fraction: not within 4 h, and nothing says that it ever will")
        .contains("swap.used.fraction: nothing is said: it has been measured for less than")
        .doesNotContain("cpu");

    assertThat(run("forecast", "--json", "--horizon", "1d", "--state", directory)).isZero();
    JsonNode json = JsonText.read(out.toString(UTF_8));
    assertThat(json.path("horizonMillis").asLong()).isEqualTo(86_400_000);
    JsonNode var = json.path("forecasts").path(0);
    assertThat(var.path("metric").asString()).isEqualTo("filesystem.used.fraction{/var}");
    assertThat(var.path("used").asDouble()).isBetween(0.96, 0.98);
    assertThat(var.path("reaches").asBoolean()).isTrue();
    assertThat(json.path("forecasts").path(1).path("at").isNull()).isTrue();
    assertThat(json.path("forecasts").path(2).path("silent").asString()).contains("measured");
  }

  private double used(int index) {
    assertThat(run("forecast", "--json", "--state", directory)).as(err.toString(UTF_8)).isZero();
    JsonNode one = JsonText.read(out.toString(UTF_8)).path("forecasts").path(index);
    return one.path("used").asDouble(-1);
  }

  /** What was in use within the last minutes says nothing of how much is after a clean-up. */
  @Test
  @SuppressWarnings("try") // a server is there to be open
  void theLevelIsWhatIsInUseNow() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Instant end = Instant.now();
    try (LinuxHost host = LinuxHost.open(directory);
        HistoryWriter writer =
            new HistoryWriter(host.state(), new At(end, 0, "boot"), host.workers())) {
      writer.keep(OptionalLong.of(HistoryWriter.MOST_BYTES));
      for (int ago = 600; ago > 0; ago--) {
        double used = ago == 1 ? 0.07 : 0.8;
        writer.add(
            List.of(
                new Sample(Metric.of(Metric.FILESYSTEM_USED, "/var"), used, end.minusSeconds(ago)),
                new Sample(Metric.MEMORY_USED, used, end.minusSeconds(ago))));
      }
    }
    assertThat(used(0)).isEqualTo(0.07);
    ObjectNode status = JsonText.object();
    status.putObject("metrics").put("filesystem.used.fraction{/var}", 0.03);
    try (ControlServer daemon =
        ControlServer.open(
            directory,
            Duration.ofSeconds(5),
            request -> CompletableFuture.completedFuture(Answer.of(status)))) {
      assertThat(used(0)).isEqualTo(0.03);
      assertThat(used(1)).as("what it does not tell").isEqualTo(0.07);
    }
  }

  @Test
  void aHostWithoutHistory() {
    assertThat(run("forecast", "--state", directory.resolve("new"))).isZero();
    assertThat(out.toString(UTF_8)).contains("No metric history is kept here yet");
  }
}
