package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return new Shell(print(out), print(err), Map.of()).run(args);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static java.util.List<String> verbs() {
    return Shell.names();
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void everyVerbExplainsItself(String verb) {
    assertThat(run(verb, "--help")).isZero();
    assertThat(out()).contains("Usage: healing " + verb, "--config=FILE", "--state=DIR");
    assertThat(out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void helpAndVersionAreDone() {
    assertThat(run("--help")).isZero();
    assertThat(run("--version")).isZero();
    assertThat(out()).contains("Exit codes", "healing development");
  }

  @Test
  void aVerbThatIsNotThereIsAnsweredWithThoseThatAre() {
    assertThat(run("frobnicate", "--state", "/nowhere")).isEqualTo(2);
    assertThat(err()).contains("there is no verb 'frobnicate': expected one of run, once, status");
  }

  @Test
  void nothingIsWrongUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(err()).contains("Usage: healing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "--nonsense",
        "status extra",
        "run --json",
        "heal",
        "heal x --type disk_full --component /",
        "heal --type disk_full",
        "heal --component /",
        "approve",
        "reject",
        "explain",
        "knowledge",
        "knowledge eat",
        "pause --for soon",
        "pause --for 0s",
        "history --most 0",
        "history --most many",
        "check-config",
        "status --state /etc/passwd"
      })
  void wrongUsageIsTwoAndSaysWhereHelpIs(String typed) {
    assertThat(run(typed.split(" "))).isEqualTo(2);
    assertThat(out()).isEmpty();
    assertThat(err()).contains("healing: ").contains("--help'.");
  }

  @Test
  void aWrongConfigurationIsTwoWithAllProblems(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("bad.yaml");
    Files.writeString(
        file,
        """
        interval: 2s
        interval: 3s
        autonomy: !!str auto
        limits: {cooldown: soon, what: 1}
        actions: {clean_disk: {roots: [etc]}}
        protect: {units: [""]}
        plugins: {directory: /nowhere/at/all}
        """);

    assertThat(run("check-config", file.toString())).isEqualTo(2);
    assertThat(out().lines())
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains(":2: 'interval' is written twice"),
            p -> assertThat(p).contains(":3: the tag 'tag:yaml.org,2002:str'"),
            p -> assertThat(p).contains(":4: 'limits.cooldown' is 'soon'"),
            p -> assertThat(p).contains(":4: unknown key 'limits.what'"),
            p -> assertThat(p).contains(":5: 'actions.clean_disk.roots' is 'etc'"),
            p -> assertThat(p).contains(":6: 'protect.units' is ''", "may have * and ?"),
            p -> assertThat(p).contains("plugins.directory /nowhere/at/all cannot be read"));
  }

  /** Nothing could be made with these, and what is not there heals nothing. */
  @Test
  void whatNoPluginCanBeMadeWithIsAMistake(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("far.yaml");
    Files.writeString(
        file,
        """
        actions:
          restart_service: {stops-within: 30d}
          kill_process: {patience: 366d}
        plugins: {deadline: 0s}
        """);

    assertThat(run("check-config", file.toString())).isEqualTo(2);
    assertThat(out().lines())
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains(":2: ", "stops-within' is '30d': expected at most 1d"),
            p -> assertThat(p).contains(":3: ", "patience' is '366d': expected at most 1d"),
            p -> assertThat(p).contains(":4: ", "deadline' is '0s': expected between 100ms"));
  }

  @Test
  void wrongUsageThatTheEngineFindsIsTwoAsWell(@TempDir Path directory) {
    String state = directory.toString();
    assertThat(run("heal", "--type", "Bad Type", "--component", "x", "--state", state))
        .isEqualTo(2);
    assertThat(err()).contains("'Bad Type'", "expected a lower-case letter");
  }

  @Test
  void whomNobodyCouldTellIsSaid(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("notify.yaml");
    Files.writeString(
        file,
        """
        notify:
          receivers:
            page: {form: command, command: [/nowhere/page]}
            chat: {form: slack, url: "file:/nowhere/url"}
            room: {form: matrix, url: "https://example.org/", token: "file:/nowhere/token"}
            well: {form: command, command: [/bin/true]}
            held: {form: json, url: "credential:hook"}
        """);

    assertThat(run("check-config", file.toString())).isEqualTo(0);
    assertThat(out().lines().filter(line -> line.contains("but on this host")))
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains("receivers.page.command: /nowhere/page is no program here"),
            p -> assertThat(p).contains("receivers.chat.url: file:/nowhere/url is not there"),
            p -> assertThat(p).contains("receivers.room.token: file:/nowhere/token is not there"));

    Files.writeString(
        file, "notify: {receivers: {mute: {form: command, command: [/bin/true], events: []}}}");
    assertThat(run("check-config", file.toString())).isEqualTo(2);
    assertThat(out()).contains("notify.receivers.mute.events", "at least one of these");
  }

  @Test
  void aMistakeInADetectorOfOnesOwnIsToldWithItsLine(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("own.yaml");
    Files.writeString(
        file,
        """
        detectors:
          swap_in_use: {metric: swap.usd.fraction, above: 60%}
          disk_full: {metric: health.score, below: 10}
          shop_answers: {probe: {http: "nowhere"}, type: service_failed, component: shop}
          memory_hihg: {high: 80%}
          well: {metric: "filesystem.used.fraction{*}", above: 60%, severity: HIGH}
        """);

    assertThat(run("check-config", file.toString())).isEqualTo(2);
    assertThat(out().lines())
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains(":2: ", "'swap.usd.fraction'", ", swap.used.fraction"),
            p -> assertThat(p).contains(":3: unknown key 'detectors.disk_full.metric'"),
            p -> assertThat(p).contains(":3: unknown key 'detectors.disk_full.below'"),
            p -> assertThat(p).contains(":4: 'detectors.shop_answers.probe.http' is 'nowhere'"),
            p -> assertThat(p).contains(":5: unknown key 'detectors.memory_hihg'"));
  }

  @Test
  void aWrongConfigurationInJson(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("bad.yaml");
    Files.writeString(file, "[]");

    assertThat(run("check-config", file.toString(), "--json")).isEqualTo(2);
    assertThat(out()).contains("\"ok\" : false", "expected keys and values");
  }

  @ParameterizedTest
  @ValueSource(strings = {"approve", "reject"})
  void withoutADaemonNothingWaitsForAWord(String verb, @TempDir Path state) {
    assertThat(run(verb, "x", "--state", state.toString())).isEqualTo(1);
    assertThat(err()).contains("no daemon runs here");
  }

  @Test
  void withoutADaemonNothingIsReloaded(@TempDir Path state) {
    assertThat(run("reload", "--state", state.toString())).isEqualTo(1);
    assertThat(err()).contains("no daemon runs here to reload");
  }
}
