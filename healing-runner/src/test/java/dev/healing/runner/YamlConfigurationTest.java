package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.healing.api.Autonomy;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlConfigurationTest {
  private static Configuration parse(String text) {
    return YamlConfiguration.parse(text, "healing.yaml");
  }

  private static List<String> problems(String text) {
    try {
      return parse(text).problems().stream().filter(p -> !p.contains("unknown key")).toList();
    } catch (ConfigurationException e) {
      return e.problems();
    }
  }

  @Test
  void readsWhatTheDesignShows() {
    Configuration root =
        parse(
            """
            autonomy: suggest
            interval: 2s
            limits: {heals-per-hour: 7}
            detectors:
              memory_high: {high: 91%, for: 3 of 5}
              disk_full: off
            actions:
              clean_disk: {roots: [/var/log, /var/tmp]}
            """);

    assertThat(root.choice("autonomy", Autonomy.AUTO)).isEqualTo(Autonomy.SUGGEST);
    assertThat(root.duration("interval", Duration.ZERO)).isEqualTo(Duration.ofSeconds(2));
    assertThat(root.section("limits").count("heals-per-hour", 10, 0, 100)).isEqualTo(7);
    Configuration detectors = root.section("detectors");
    assertThat(detectors.section("disk_full").enabled()).isFalse();
    assertThat(detectors.section("memory_high").fraction("high", 0)).isEqualTo(0.91);
    assertThat(detectors.section("memory_high").nOfM("for", new Configuration.NofM(1, 1)))
        .hasToString("3 of 5");
    assertThat(root.section("actions").section("clean_disk").paths("roots", List.of()))
        .containsExactly(Path.of("/var/log"), Path.of("/var/tmp"));
    assertThat(root.problems()).isEmpty();
  }

  @Test
  void readsJson() {
    Configuration root = parse("{\"limits\": {\"rollbacks-per-day\": 2}, \"autonomy\": \"auto\"}");

    assertThat(root.section("limits").count("rollbacks-per-day", 3, 0, 10)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nothing\n", "---\n", "null"})
  void isEmptyWhereNothingIsWritten(String text) {
    assertThat(parse(text).keys()).isEmpty();
    assertThat(parse(text).problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"off,false", "on,true", "false,false", "true,true", "no,false", "'\"off\"',false"})
  void knowsSwitches(String written, boolean expected) {
    assertThat(parse("cpu_high: " + written).flag("cpu_high", !expected)).isEqualTo(expected);
  }

  @Test
  void namesTheLineOfEveryBadValueAndUnknownKey() {
    Configuration root = parse("interval: 5\nlimits:\n  cooldown: soon\n  heals: 3\n");
    root.duration("interval", Duration.ZERO);
    root.section("limits").duration("cooldown", Duration.ZERO);

    assertThat(root.problems())
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).startsWith("healing.yaml:1: 'interval' is '5': expected a duration"),
            p -> assertThat(p).startsWith("healing.yaml:3: 'limits.cooldown' is 'soon'"),
            p -> assertThat(p).startsWith("healing.yaml:4: unknown key 'limits.heals'"));
  }

  @Test
  void refusesEveryDuplicateWithBothLines() {
    assertThat(problems("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n"))
        .containsExactly(
            "healing.yaml:4: 'c' is written twice, first at healing.yaml:3: expected each key once",
            "healing.yaml:5: 'a' is written twice, first at healing.yaml:1: expected each key once");
  }

  @Test
  void whatIsWrittenTwiceHidesNothingElse() {
    Configuration root = parse("a: 1\na: 2\ninterval: soon\nwhat: !!str is this\n");
    root.text("a", "");
    root.duration("interval", Duration.ZERO);

    assertThat(root.problems())
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).startsWith("healing.yaml:2: 'a' is written twice"),
            p -> assertThat(p).startsWith("healing.yaml:3: 'interval' is 'soon'"),
            p -> assertThat(p).startsWith("healing.yaml:4: the tag 'tag:yaml.org,2002:str'"),
            p -> assertThat(p).startsWith("healing.yaml:4: unknown key 'what'"));
  }

  @Test
  void refusesTabs() {
    assertThat(problems("limits:\n\tcooldown: 5m\n"))
        .containsExactly(
            "healing.yaml:2: a tab where only spaces may indent: expected YAML or JSON");
  }

  @Test
  void refusesASecondDocument() {
    assertThat(problems("a: 1\n---\nb: 2\n"))
        .singleElement()
        .asString()
        .startsWith("healing.yaml:3: a second document begins");
  }

  @Test
  void refusesAnchors() {
    assertThat(problems("a: &x [1, 2]\nb: *x\n"))
        .first()
        .asString()
        .startsWith("healing.yaml:1: the anchor '&x'");
  }

  @Test
  void aBombOfAliasesIsRefusedAtOnce() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
      String before = "*a" + (i - 1);
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", List.of(before, before))));
    }

    assertThat(problems(bomb.toString())).isNotEmpty().hasSizeLessThan(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1, 2]",
        "just text",
        "a: [1, 2",
        "a: {b: 1",
        "a: 'open",
        "a: !!binary x",
        "? [k]\n: v",
        "a: !!int 3",
        "a: !!str auto",
        "a: ! auto",
        "a: !!map {b: 1}",
        "a: !!seq [1]",
        "!!map {a: 1}",
        "!!null",
        "a:\n b: 1\n  c: 2",
        "%YAML 9.9\n---\na: 1",
        "a: *nowhere",
        "\u0000",
        "a: @x"
      })
  void refusesWhatIsNotPlainKeysAndValues(String text) {
    assertThat(problems(text)).isNotEmpty().allMatch(p -> p.startsWith("healing.yaml"));
    assertThat(problems(text)).allMatch(p -> p.contains("expected"));
  }

  @Test
  void refusesDepth() {
    assertThat(problems("a: " + "[".repeat(40) + "]".repeat(40))).isNotEmpty();
    assertThat(problems("[".repeat(100_000))).isNotEmpty();
  }

  @Test
  @Timeout(30)
  void refusesFilesThatItCannotRead(@TempDir Path directory) throws Exception {
    Path big = directory.resolve("big.yaml");
    Files.writeString(big, "# filler\n".repeat(150_000));
    Path latin = directory.resolve("latin.yaml");
    Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xe4});

    assertThat(read(big)).contains("big.yaml").contains("larger than 1 MiB");
    assertThat(read(latin)).contains("latin.yaml").contains("not UTF-8");
    assertThat(read(directory)).contains("cannot be read");
    Path pipe = directory.resolve("pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(read(pipe)).contains("pipe.yaml: cannot be read: it is no file");
    assertThat(read(directory.resolve("none.yaml"))).contains("there is no such file");
  }

  private static String read(Path file) {
    return catchThrowableOfType(ConfigurationException.class, () -> YamlConfiguration.read(file))
        .getMessage();
  }

  @Test
  void whatOthersCanWriteIsRefused(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("shared.yaml"), "autonomy: observe");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
    assertThat(read(file)).contains("shared.yaml", "is refused", "writable by nobody else");
  }
}
