package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class AnomalyVerbTest {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final LocalDateTime BEGIN = LocalDateTime.of(2026, 3, 2, 0, 0);
  private static final int SPIKE = 700;

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

  private List<String> printed() {
    return out.toString(UTF_8).lines().toList();
  }

  /** Noise around 100, and one value of 200. */
  private static String rows(int count) {
    Random random = new Random(1);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              double value = (i == SPIKE ? 200 : 100) + random.nextGaussian();
              return BEGIN.plus(Duration.ofMinutes(5L * i)).format(STAMP) + ',' + value + '\n';
            })
        .collect(Collectors.joining());
  }

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  void everyRowIsPrintedWithItsScore() throws IOException {
    String rows = rows(800);
    assertThat(run("anomaly", "--csv", file("a.csv", "timestamp,value\n" + rows))).isZero();

    assertThat(printed()).hasSize(801).startsWith("timestamp,value,score");
    List<String> scored = printed().subList(1, 801);
    assertThat(scored.stream().map(row -> row.substring(0, row.lastIndexOf(','))))
        .containsExactlyElementsOf(rows.lines().toList());
    assertThat(scored).allMatch(row -> row.matches(".*,[01]\\.\\d{6}"));
    assertThat(scored.get(SPIKE)).matches(".*,0\\.[6-9]\\d*");
  }

  @Test
  void filesOfAnyLengthAreReadInPieces() throws IOException {
    String rows = rows(1500);
    assertThat(rows.length()).isGreaterThan(4 * 8192);
    run("anomaly", "--csv", file("a.csv", rows.stripTrailing()));
    assertThat(printed()).hasSize(1501);
    assertThat(printed().stream().skip(1).map(row -> row.substring(0, row.lastIndexOf(','))))
        .containsExactlyElementsOf(rows.lines().toList());
  }

  @Test
  void whatFollowsChangesNothing() throws IOException {
    run("anomaly", "--csv", file("long.csv", rows(900)));
    List<String> all = printed();
    run("anomaly", "--csv", file("short.csv", rows(SPIKE + 1)));
    assertThat(printed()).isEqualTo(all.subList(0, SPIKE + 2));
  }

  @Test
  void aHeaderIsNotNeededAndMissingValuesAreSkipped() throws IOException {
    String text =
        "\uFEFF2026-03-02 00:00:00,1\r\n2026-03-02 00:05:00,\r\n\r\n2026-03-02T00:10:00Z, 2e3 \n";
    assertThat(run("anomaly", "--csv", file("a.csv", text))).isZero();
    assertThat(printed())
        .containsExactly(
            "timestamp,value,score",
            "2026-03-02 00:00:00,1,0.000000",
            "2026-03-02 00:05:00,,0.000000",
            "2026-03-02T00:10:00Z,2e3,0.000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "timestamp,value\n", "\n\n"})
  void aFileWithoutAnyRowIsToldAndTheOthersAreScored(String text) throws IOException {
    Path empty = file("in/empty.csv", text);
    assertThat(run("anomaly", "--csv", empty)).isEqualTo(1);
    assertThat(out.toString(UTF_8)).isEmpty();
    assertThat(err.toString(UTF_8))
        .isEqualTo("healing: " + empty + ": has no row: expected timestamp,value\n");

    Path good = file("in/good.csv", rows(3));
    Path scores = directory.resolve("scores");
    assertThat(run("anomaly", "--csv", empty, good, "--out", scores)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).hasLineCount(1).contains("empty.csv: has no row");
    assertThat(scores.resolve("in/good.csv")).isRegularFile();
    assertThat(scores.resolve("in/empty.csv")).doesNotExist();
  }

  /** A gap in a series is as if it had not been sampled: no later score is lost. */
  @Test
  void missingValuesDoNotHideWhatIsStrange() throws IOException {
    List<String> gaps =
        rows(800)
            .lines()
            .map(row -> row.contains(":05:") ? row.replaceAll(",.*", ",") : row)
            .toList();
    run("anomaly", "--csv", file("a.csv", String.join("\n", gaps)));
    assertThat(printed().get(SPIKE + 1)).matches(".*,0\\.[6-9]\\d*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1772409600",
        "1772409600.25",
        "2026-03-02T00:00:00",
        "2026-03-02T00:00:00.5Z",
        "2026-03-02T01:00:00+01:00",
        "2026-03-02 00:00:00.000000",
        "2026-03-02 00:00"
      })
  void timestampsAsPeopleWriteThem(String stamp) throws IOException {
    assertThat(run("anomaly", "--json", "--csv", file("a.csv", stamp + ",7\n"))).isZero();
    JsonNode row = JsonText.read(out.toString(UTF_8));
    assertThat(row.path("timestamp").asString()).startsWith("2026-03-02T00:00:00");
    assertThat(row.path("value").asDouble()).isEqualTo(7);
    assertThat(row.path("score").asDouble()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,2,3 | two columns",
        "1 | two columns",
        "yesterday,5 | YYYY-MM-DD HH:MM:SS",
        "2026-02-30 00:00:00,5 | YYYY-MM-DD HH:MM:SS",
        "2026-13-01 00:00:00,5 | YYYY-MM-DD HH:MM:SS",
        "1772409700,NaN | a finite number",
        "1772409700,Infinity | a finite number",
        "1772409700,1e999 | a finite number",
        "1772409700,12d | a finite number",
        "1772409700,many | a finite number"
      })
  void aWrongRowIsNamed(String row, String expected) throws IOException {
    Path file = file("a.csv", "time,load\n1772409600,5\n" + row + "\n");
    assertThat(run("anomaly", "--csv", file)).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .contains(file + ":3: ")
        .contains("expected ")
        .contains(expected);
  }

  @Test
  void whereTheTimeGoesBackRowsCountInTheOrderOfTheFile() throws IOException {
    String rows = "2026-10-25 02:59:00,5\n2026-10-25 02:00:00,6\n2026-10-25 02:00:00,7\n";
    assertThat(run("anomaly", "--csv", file("a.csv", rows))).isZero();
    assertThat(out.toString(UTF_8).lines().skip(1).toList())
        .zipSatisfy(rows.lines().toList(), (scored, row) -> assertThat(scored).startsWith(row));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1772409600,NaN", "1772409600,-Infinity"})
  void aFirstRowWithoutNumberIsNoHeader(String row) throws IOException {
    assertThat(run("anomaly", "--csv", file("a.csv", row + "\n"))).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("a.csv:1: ", "a finite number");
  }

  @Test
  void whatIsNoTextAndWhatIsNotThere() throws IOException {
    Path endless = file("endless.csv", "1,".repeat(100_000));
    assertThat(run("anomaly", "--csv", endless)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("endless.csv:1: is longer than 1000 characters");

    Files.write(endless, new byte[] {'1', ',', (byte) 0xff, '\n'});
    assertThat(run("anomaly", "--csv", endless)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("endless.csv:1: no UTF-8 text");

    assertThat(run("anomaly", "--csv", directory.resolve("none.csv"))).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("none.csv: there is no such file");
  }

  @Test
  void aCorpusKeepsItsFoldersAndNamesAndIsCompleteOrAbsent() throws IOException {
    Path good = file("corpus/one/a.csv", rows(800));
    Path bad = file("corpus/one/b.csv", rows(800) + "then,what\n");
    Path other = file("corpus/two/a.csv", rows(200));
    Path target = directory.resolve("deep/results");

    assertThat(run("anomaly", "--csv", good, bad, other, "--out", target)).isEqualTo(1);

    assertThat(err.toString(UTF_8)).contains(bad + ":801: ").hasLineCount(1);
    assertThat(out.size()).isZero();
    try (Stream<Path> files = Files.walk(target)) {
      assertThat(files.filter(Files::isRegularFile).map(target::relativize).map(Path::toString))
          .containsExactlyInAnyOrder("one/a.csv", "two/a.csv");
    }
    run("anomaly", "--csv", good);
    assertThat(target.resolve("one/a.csv")).hasContent(out.toString(UTF_8));
  }

  @Test
  void whatWasThereBeforeStaysUntilItIsComplete() throws IOException {
    Path file = file("in/a.csv", "what\n");
    Path before = file("out/in/a.csv", "before");
    assertThat(run("anomaly", "--csv", file, "--out", directory.resolve("out"))).isEqualTo(1);
    assertThat(before).hasContent("before");
    assertThat(before.getParent()).isDirectoryContaining(path -> path.equals(before));
    assertThat(Files.list(before.getParent())).hasSize(1);
  }

  @Test
  void whereNothingCanBeWritten() throws IOException {
    Path file = file("in/a.csv", rows(10));
    Path taken = file("taken", "a file");
    assertThat(run("anomaly", "--csv", file, "--out", taken)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("taken/in/a.csv cannot be written", "another --out");
  }

  @Test
  void whatIsReadIsNotOverwrittenByWhateverNameOrLink() throws IOException {
    Path file = file("data/x/f.csv", rows(10));
    Path other = file("y/g.csv", rows(10));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("data"));
    Path out = directory.resolve("data");
    Path linked = directory.resolve("links");
    Files.createDirectories(linked.resolve("y"));
    Files.createLink(linked.resolve("y/g.csv"), file);
    assertThat(run("anomaly", "--csv", link.resolve("x/f.csv"), "--out", out)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains(file + ", which is read, would be overwritten");
    assertThat(run("anomaly", "--csv", other, file, "--out", linked)).as("another's").isEqualTo(2);
    assertThat(file).content().isEqualTo(rows(10));
    assertThat(linked.resolve("y/g.csv")).content().isEqualTo(rows(10));
  }

  /** A limit to the size of files is met as a full disk is: in the midst of a line. */
  @Test
  @Timeout(60)
  void whereTheDiskIsFullNothingIsLeftBehind() throws IOException, InterruptedException {
    Path file = file("in/a.csv", rows(4000));
    Path before = file("out/in/a.csv", "before");
    assertThat(file).satisfies(f -> assertThat(Files.size(f)).isGreaterThan(100 << 10));
    String command = "ulimit -f 64; exec \"$@\"";
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                command,
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "anomaly",
                "--csv",
                file.toString(),
                "--out",
                directory.resolve("out").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said).contains(before + " cannot be written", "make room");
    try (Stream<Path> left = Files.list(before.getParent())) {
      assertThat(left).containsExactly(before);
    }
    assertThat(before).hasContent("before");
  }

  @Test
  void wrongUsage() throws IOException {
    Path a = file("x/in/a.csv", rows(10));
    Path b = file("y/in/a.csv", rows(10));
    assertThat(run("anomaly")).isEqualTo(2);
    assertThat(run("anomaly", "--csv", a, b)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("expected --out DIR");
    assertThat(run("anomaly", "--csv", a, b, "--out", directory.resolve("out"))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains(a + " and " + b + " would both be written to");
    assertThat(run("anomaly", "--csv", a, "--out", directory.resolve("x"))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("would be overwritten");
    assertThat(run("anomaly", "--json", "--csv", a, "--out", directory)).isEqualTo(2);
    assertThat(a).content().isEqualTo(rows(10));
  }
}
