package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.json.JsonText;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceHeader;
import dev.healing.core.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;

/** With every plugin of the bundled jar: a disk that fills in the first ten seconds of a minute. */
class ReplayVerbTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path directory;
  private Path trace = Path.of("");

  @BeforeEach
  void record() throws IOException {
    trace = directory.resolve("disk.trace");
    TraceHeader header = new TraceHeader("1.2.3", "boot", BEGIN, Duration.ofSeconds(1));
    try (TraceWriter writer = new TraceWriter(Files.newOutputStream(trace), header)) {
      for (int second = 0; second < 60; second++) {
        Instant at = BEGIN.plusSeconds(second);
        List<Sample> samples = new ArrayList<>();
        samples.add(new Sample(Metric.HEALTH, 80, at));
        double used = second < 10 ? 0.5 : 0.93;
        samples.add(new Sample(Metric.of(Metric.FILESYSTEM_USED, "/var"), used, at));
        samples.add(new Sample(Metric.of(Metric.FILESYSTEM_AVAILABLE, "/var"), 7e8, at));
        writer.add(
            new RecordedLook(
                at,
                Duration.ofSeconds(second).toNanos(),
                List.of(),
                samples,
                List.of(),
                List.of(),
                Map.of()));
      }
    }
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("replay"));
    all.addAll(List.of(arguments));
    return new Shell(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Map.of())
        .run(all.toArray(String[]::new));
  }

  private Path config(String yaml) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "a", ".yaml"), yaml);
  }

  @Test
  void twoPoliciesAreToldSideBySide() throws IOException {
    Path now = config("{}");
    Path later = config("detectors: {disk_full: {high: 95%, critical: 97%}}");
    int exit =
        run(trace.toString(), "--json", "--config", now.toString(), "--against", later.toString());
    assertThat(exit).as(err.toString(UTF_8)).isZero();
    JsonNode json = JsonText.read(out.toString(UTF_8));
    assertThat(json.path("looks").asInt()).isEqualTo(60);
    assertThat(json.path("torn").asBoolean()).isFalse();
    assertThat(json.path("policies")).hasSize(2);
    JsonNode problem = json.path("policies").path(0).path("problems").path(0);
    assertThat(problem.path("type").asString()).isEqualToIgnoringCase("disk_full");
    assertThat(problem.path("components").path(0).asString()).isEqualTo("/var");
    assertThat(problem.path("would").path(0).path("step").asString()).isEqualTo("STARTED");
    assertThat(json.path("policies").path(1).path("problems")).isEmpty();

    out.reset();
    assertThat(run(trace.toString(), "--json", "--config", later.toString())).isZero();
    JsonNode alone = JsonText.read(out.toString(UTF_8)).path("policies").path(0);
    assertThat(json.path("policies").path(1)).as("beside another and alone").isEqualTo(alone);
  }

  @Test
  void aWrongConfigurationIsNoFaultOfTheTrace() throws IOException {
    String good = config("{}").toString();
    String bad = config("limits: {heals-per-hour: many}").toString();
    assertThat(run(trace.toString(), "--config", bad)).isEqualTo(2);
    assertThat(run(trace.toString(), "--config", good, "--against", bad)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("'many'").doesNotContain(trace.toString());
  }

  @Test
  void inWordsForAPersonWithWhatIsTakenForGranted() throws IOException {
    assertThat(run(trace.toString(), "--config", config("{}").toString())).isZero();
    assertThat(out.toString(UTF_8).replaceAll("\\s+", " "))
        .contains("60 looks from 2026-03-01 00:00:00Z to 2026-03-01 00:00:59Z")
        .contains("would have started ")
        .contains("each is taken to have")
        .doesNotContain("null");
  }

  /** Whatever became of it later with either. */
  @Test
  void theSameProblemBeginsTheSameWithBothPolicies() throws IOException {
    StringBuilder rows = new StringBuilder("timestamp,value\n");
    for (int minute = 0; minute < 40; minute++) {
      String value = minute < 10 ? ",0.5\n" : minute < 20 ? ",0.91\n" : ",0.99\n";
      rows.append(BEGIN.plusSeconds(60L * minute)).append(value);
    }
    Path file = Files.writeString(directory.resolve("var.csv"), rows);
    String csv = "filesystem.used.fraction{/var}=" + file;
    String treats = config("{}").toString();
    String looks = config("autonomy: observe").toString();
    assertThat(run("--csv", csv, "--config", treats, "--against", looks)).isZero();
    String text = out.toString(UTF_8).replaceAll("\\s+", " ");
    assertThat(text.split("00:12:00Z HIGH disk_full: /var: 91% of its bytes are in use", -1))
        .hasSize(3);
    assertThat(text).contains("; later CRITICAL: /var: 99% of its bytes are in use");
  }

  @Test
  void percentagesAreNotTakenForFractions() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("var.csv"), BEGIN + ",0.5\n" + BEGIN.plusSeconds(60) + ",91\n");
    String csv = "filesystem.used.fraction{/var}=" + file;
    assertThat(run("--csv", csv, "--config", config("{}").toString())).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .contains(
            "var.csv:2: 91.0 of filesystem.used.fraction{/var}: expected a fraction of 0 to 1;"
                + " divide percentages by 100");
  }

  @Test
  void filesOfSeriesAreATraceToo() throws IOException {
    StringBuilder rows = new StringBuilder("timestamp,value\n");
    for (int minute = 0; minute < 30; minute++) {
      rows.append(BEGIN.plusSeconds(60L * minute)).append(minute < 10 ? ",0.5\n" : ",0.97\n");
    }
    Path file = Files.writeString(directory.resolve("var.csv"), rows);
    String csv = "filesystem.used.fraction{/var}=" + file;
    assertThat(run("--csv", csv, "--json", "--config", config("{}").toString()))
        .as(err.toString(UTF_8))
        .isZero();
    JsonNode json = JsonText.read(out.toString(UTF_8));
    assertThat(json.path("looks").asInt()).isEqualTo(30);
    JsonNode problem = json.path("policies").path(0).path("problems").path(0);
    assertThat(problem.path("severity").asString()).isEqualTo("CRITICAL");
    assertThat(problem.path("firstSeen").asString()).isEqualTo("2026-03-01T00:12:00Z");
    out.reset();
    assertThat(run("--csv", csv, "--config", config("{}").toString())).isZero();
    assertThat(out.toString(UTF_8).replaceAll("\\s+", " ")).contains("at the end, after 17 min");

    Files.writeString(file, "2026-03-01T00:00:00Z,1\n2026-02-01T00:00:00Z,1\n");
    assertThat(run("--csv", csv)).isEqualTo(1);
    assertThat(run("--csv", file.toString())).isEqualTo(2);
    assertThat(run("--csv", csv, csv)).isEqualTo(2);
    assertThat(run("--csv", csv, "--", trace.toString())).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("var.csv:2: 2026-02-01T00:00:00Z comes after 2026-03-01T00:00:00Z")
        .contains("expected METRIC=FILE, as memory.used.fraction=mem.csv")
        .contains("filesystem.used.fraction{/var} is there twice")
        .contains("expected either a trace or --csv METRIC=FILE");
  }

  @Test
  void aMetricThatNothingMeasuresIsAMistake() throws IOException {
    Path file = Files.writeString(directory.resolve("x.csv"), "2026-03-01T00:00:00Z,1\n");
    Path page = directory.resolve("x.html");
    String right = "filesystem.used.fraction{/var}=" + file;
    String wrong = "memory.usde.fraction=" + file;
    assertThat(run("--csv", right, wrong, "--html", page.toString())).isEqualTo(2);
    assertThat(out.toString(UTF_8)).isEmpty();
    assertThat(page).doesNotExist();
    assertThat(err.toString(UTF_8)).contains("nothing here measures memory.usde.fraction");
    for (String what : List.of("cpu.busy.fraction{x}", "filesystem.used.fraction")) {
      assertThat(run("--csv", what + "=" + file)).as(what).isEqualTo(2);
      assertThat(err.toString(UTF_8)).contains("nothing here measures " + what + ":");
    }
    assertThat(run("--csv", right)).isZero();
  }

  @Test
  void whatIsDamagedFromItsFirstLookOnSaysSoAndWhy() throws IOException {
    byte[] whole;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(trace))) {
      whole = in.readAllBytes();
    }
    String header = new String(whole, UTF_8).lines().findFirst().orElseThrow();
    for (String look :
        List.of(
            "{\"at\":\"2026-03-01T00:00:00Z\",\"metrics\":[0],\"values\":[1],\"times\":[0]}",
            "{\"at\":\"+1000000000-12-31T23:59:59.999999999Z\"}",
            "?")) {
      Path damaged = directory.resolve("first.trace");
      try (GZIPOutputStream to = new GZIPOutputStream(Files.newOutputStream(damaged))) {
        to.write((header + "\n" + look + "\n").getBytes(UTF_8));
      }
      err.reset();
      assertThat(run(damaged.toString(), "--config", config("{}").toString())).isEqualTo(1);
      assertThat(err.toString(UTF_8))
          .contains("first.trace: the trace is damaged in its first look (")
          .doesNotContain("REDACTED");
    }
  }

  @Test
  void rowsThatAreCenturiesApartAreNoTrace() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("x.csv"), "2026-03-01 00:00:00,0.5\n9999-03-01 00:00:00,0.5\n");
    assertThat(run("--csv", "memory.used.fraction=" + file)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("9999-03-01T00:00:00Z is too long after");
  }

  @Test
  void samplesThatAreNotWholeAreDamage() throws IOException {
    String text;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(trace))) {
      text =
          new String(in.readAllBytes(), UTF_8)
              .replaceFirst("(?m)^(\\{\"at\":\"2026-03-01T00:00:3.*\"values\":\\[)80.0,", "$1");
    }
    Path damaged = directory.resolve("half.trace");
    try (GZIPOutputStream to = new GZIPOutputStream(Files.newOutputStream(damaged))) {
      to.write(text.getBytes(UTF_8));
    }
    assertThat(run(damaged.toString(), "--config", config("{}").toString())).isZero();
    assertThat(out.toString(UTF_8)).contains("30 looks", "the trace is damaged after 30 looks");
  }

  @Test
  void aReportIsOnePageThatAsksNobodyAndInWhichNamesAreText() throws Exception {
    String mount = "/srv/<script>alert(1)</script>\"'&amp;";
    Path hostile = directory.resolve("hostile.trace");
    TraceHeader header = new TraceHeader("1.2.3", "boot", BEGIN, Duration.ofSeconds(1));
    try (TraceWriter writer = new TraceWriter(Files.newOutputStream(hostile), header)) {
      for (int second = 0; second < 60; second++) {
        Instant at = BEGIN.plusSeconds(second);
        double used = second < 10 ? 0.5 : 0.93;
        writer.add(
            new RecordedLook(
                at,
                Duration.ofSeconds(second).toNanos(),
                List.of(),
                List.of(
                    new Sample(Metric.HEALTH, 80, at),
                    new Sample(Metric.of(Metric.FILESYSTEM_USED, mount), used, at)),
                List.of(),
                List.of(),
                Map.of()));
      }
    }
    Path now = config("{}");
    Path later = config("detectors: {disk_full: {high: 95%, critical: 97%}}");
    Path page = directory.resolve("report.html");
    String[] arguments = {
      hostile.toString(),
      "--config",
      now.toString(),
      "--against",
      later.toString(),
      "--html",
      page.toString()
    };
    assertThat(run(arguments)).as(err.toString(UTF_8)).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(page)))
        .isEqualTo("rw-------");
    String html = Files.readString(page);
    assertThat(html)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;")
        .doesNotContainIgnoringCase("<script")
        .doesNotContain("src=", "href=", "url(", "@import", "http://", "https://")
        .contains("default-src 'none'".replace("'", "&#39;"))
        .contains("What differs", "no problem", now.toString(), later.toString())
        .contains("would have started", "A high", "B high", "--assume nothing");
    Matcher svg = Pattern.compile("(?s)<svg.*?</svg>").matcher(html);
    int charts = 0;
    for (; svg.find(); charts++) {
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg.group())));
    }
    assertThat(charts).as("health, and what is full").isEqualTo(2);

    assertThat(run(arguments)).as("again").isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("report.html is there already");
    assertThat(Files.readString(page)).isEqualTo(html);
    Path none = directory.resolve("none.html");
    assertThat(run("/no/such/trace", "--html", none.toString())).isEqualTo(1);
    assertThat(none).as("half a report").doesNotExist();
  }

  @Test
  void labelsOfLevelsThatAreCloseDoNotLieUponEachOther() throws IOException {
    Path later = config("detectors: {disk_full: {high: 93%, critical: 97%, clear: 50%}}");
    Path page = directory.resolve("levels.html");
    assertThat(
            run(
                trace.toString(),
                "--config",
                config("{detectors: {system_slow: {low: 50}}}").toString(),
                "--against",
                later.toString(),
                "--html",
                page.toString()))
        .as(err.toString(UTF_8))
        .isZero();
    String html = Files.readString(page);
    int charts = 0;
    for (String chart : html.split("<svg")) {
      Matcher label = Pattern.compile("<text class=\"level\"[^>]* y=\"([0-9.]+)\"").matcher(chart);
      double before = Double.NEGATIVE_INFINITY;
      for (; label.find(); charts++) {
        double y = Double.parseDouble(label.group(1));
        assertThat(y - before).isGreaterThanOrEqualTo(12);
        before = y;
      }
    }
    assertThat(charts).isGreaterThanOrEqualTo(2);
    assertThat(html).contains("B critical 97.0 %, A critical 95.0 %, B high 93.0 %");
  }

  @Test
  void whatIsNoTraceIsSaidToBeNone() throws IOException {
    Path text = Files.writeString(directory.resolve("text"), "mine");
    assertThat(run(text.toString())).isEqualTo(1);
    assertThat(run(directory.resolve("nothing").toString())).isEqualTo(1);
    Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
    assertThat(run(loop.toString())).isEqualTo(1);
    assertThat(run(trace.toString(), "--assume", "wonders")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("text: it is no trace: expected a file of 'healing record'")
        .doesNotContain("Exception")
        .contains("nothing: there is no such file")
        .contains("loop cannot be read: Too many levels of symbolic links")
        .contains("--assume is 'wonders': expected helps or nothing");
  }

  @Test
  void aTornTraceIsReplayedUpToWhereItIsTornAndThatIsSaid() throws IOException {
    byte[] whole = Files.readAllBytes(trace);
    Path torn = directory.resolve("torn.trace");
    Files.write(torn, Arrays.copyOf(whole, whole.length - 40));
    assertThat(run(torn.toString(), "--config", config("{}").toString())).isZero();
    assertThat(out.toString(UTF_8)).contains("its end is torn off");
  }

  @Test
  void aDamagedOneIsReplayedUpToTheDamageAndThatIsSaid() throws IOException {
    byte[] whole;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(trace))) {
      whole = in.readAllBytes();
    }
    String text =
        new String(whole, UTF_8).replaceFirst("(?m)^(\\{\"at\":\"2026-03-01T00:00:3)", "?$1");
    Path damaged = directory.resolve("damaged.trace");
    try (GZIPOutputStream to = new GZIPOutputStream(Files.newOutputStream(damaged))) {
      to.write(text.getBytes(UTF_8));
    }
    assertThat(run(damaged.toString(), "--config", config("{}").toString())).isZero();
    assertThat(out.toString(UTF_8)).contains("30 looks", "the trace is damaged after 30 looks");
  }
}
