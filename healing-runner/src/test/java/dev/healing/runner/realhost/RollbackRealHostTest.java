package dev.healing.runner.realhost;

import static dev.healing.runner.realhost.SystemGenerations.PROFILE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Rollbacks on a real systemd with a real Nix store: whatever a switch does to the host and to us,
 * they end, and in a generation that boots. All of them with {@code -Dhealing.nightly}.
 */
class RollbackRealHostTest {
  private static final String US = "systemctl show -P MainPID healing";
  private static final String FAST =
      """
      limits: {health-floor: 0, cooldown: 1s}
      detectors: {cpu_high: off, memory_high: off, system_slow: off, disk_full: off}
      actions:
        rollback_generation: {time-limit: %ds, better-for: 1s, better-within: %ds}
      """;

  private static ThrowawayHost host;
  private static SystemGenerations generations;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("rollback");
    generations = SystemGenerations.on(host);
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void stop() {
    generations.remove();
  }

  /**
   * A rollback and how it must end.
   *
   * @param name in words
   * @param command what the service of the generation to go back to runs
   * @param harmful whether that one has a unit that fails
   * @param first what its switch does before it activates
   * @param last what its switch does in the end
   * @param switches the generations in the order in which they were switched to
   * @param word of the log of rollbacks
   * @param nightly whether it is one of those that take too long for every build
   */
  record Scenario(
      String name,
      String command,
      boolean harmful,
      String first,
      String last,
      List<String> switches,
      String word,
      boolean nightly) {
    /** Whether it is ended for its time, which is then shorter. */
    boolean hangs() {
      return (first + last).contains("sleep");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<String> KEPT = List.of("good", "bad", "good");
  private static final List<String> UNDONE = List.of("good", "bad", "good", "bad");
  private static final String KILLS_US = "kill -9 $(" + US + ")";
  private static final String RESTARTS_US = "systemctl restart healing";
  private static final String HANGS = "sleep 1000";
  private static final String ISOLATES =
      "systemctl isolate multi-user.target; systemctl start --no-block healing";
  private static final String DEAF = "trap '' TERM; while :; do sleep 1; done";
  private static final String KILLED = "systemctl kill -s KILL healing-rollback; sleep 1000";

  private static Scenario kept(String name, String first, String last, boolean nightly) {
    return new Scenario(name, "/bin/sleep infinity", false, first, last, KEPT, "kept", nightly);
  }

  private static Scenario harmful(String name, String first, String last, boolean nightly) {
    String word = "test-other.service is in trouble";
    return new Scenario(name, "/bin/sleep infinity", true, first, last, UNDONE, word, nightly);
  }

  private static Scenario undone(
      String name, String first, String last, String word, boolean nightly) {
    return new Scenario(name, "/bin/sleep infinity", false, first, last, UNDONE, word, nightly);
  }

  static Stream<Scenario> rollbacks() {
    boolean all = Boolean.getBoolean("healing.nightly");
    return Stream.of(
            kept("helpful", "", "", true),
            kept("helpful, restarts us", RESTARTS_US, "", false),
            kept("helpful, restarts us in the end", "", RESTARTS_US, true),
            kept("helpful, kills us", KILLS_US, "", true),
            kept("helpful, kills us in the end", "", KILLS_US, true),
            kept("helpful, complains", "", "exit 4", true),
            harmful("harmful", "", "", true),
            harmful("harmful, kills us", KILLS_US, "", false),
            harmful("harmful, kills us in the end", "", KILLS_US, true),
            harmful("harmful, restarts us", RESTARTS_US, "", true),
            harmful("harmful, complains", "", "exit 4", true),
            new Scenario(
                "helps nobody",
                "/bin/false",
                false,
                "",
                "",
                UNDONE,
                "not one of those is well",
                true),
            undone("fails", "echo on purpose >&2; exit 1", "", "exit code 1", false),
            undone("fails, kills us", KILLS_US + "; exit 1", "", "exit code 1", true),
            undone("fails, restarts us", RESTARTS_US + "; exit 1", "", "exit code 1", true),
            undone("hangs", HANGS, "", "out of time or stopped", true),
            undone(
                "isolates, and hangs",
                ISOLATES + "; " + HANGS,
                "",
                "out of time or stopped",
                false),
            undone("hangs, kills us", KILLS_US + "; " + HANGS, "", "out of time", true),
            undone("hangs in the end", "", HANGS, "out of time or stopped", true),
            undone("hangs and hears nothing", DEAF, "", "undone", true),
            undone("is killed with us by force", KILLS_US + "; " + KILLED, "", "undone", false))
        .filter(scenario -> all || !scenario.nightly());
  }

  @ParameterizedTest
  @MethodSource("rollbacks")
  void endsInAGenerationThatBootsAndIsDoneOnce(Scenario scenario) {
    brokenGeneration(scenario);
    String incident = awaitsApproval().path("incident").asString();

    host.sh("healing approve " + incident + " >/run/test-approved 2>&1 &");
    host.await("it is begun", () -> generations.switches().size() > 2);
    host.await("it ends", Duration.ofSeconds(60), RollbackRealHostTest::over, ended -> ended);

    boolean kept = scenario.switches().equals(KEPT);
    assertEndsIn(kept ? 1 : 2, scenario);
    assertThat(log())
        .as(host.journal())
        .contains(scenario.word())
        .contains(kept ? "kept" : "undone");

    host.awaitHealing();
    host.await("it is told", () -> !outcomes().isEmpty());
    assertThat(outcomes()).as(host.journal()).hasSize(1);
    JsonNode receipt = host.history("rollback_generation").get(0);
    if (!receipt.path("outcome").asString().equals("AMBIGUOUS")) {
      assertThat(receipt.path("outcome").asString())
          .as(receipt + host.journal())
          .isEqualTo(kept ? "HEALED" : "FAILED");
      assertThat(receipt.toString()).contains(scenario.word());
    }
    if (!kept) {
      ThrowawayHost.Result again =
          host.exec("healing", "heal", "--type", "generation_broken", "--component", PROFILE);
      assertThat(again.ok()).as(again.out()).isFalse();
      // A unit that had failed before a switch is not blamed on it: who started again before the
      // last one has seen it so.
      if (!again.out().replaceAll("\\s+", " ").contains("looked and does not report it")) {
        assertThat(again.out() + host.journal())
            .contains("rolled back from before", scenario.word());
      }
    }
    assertEndsIn(kept ? 1 : 2, scenario);
  }

  /** That nothing more comes of it, and all agree on what runs and boots. */
  private static void assertEndsIn(int generation, Scenario scenario) {
    assertThat(host.sh("readlink " + PROFILE).strip())
        .as(log() + host.journal())
        .isEqualTo("system-" + generation + "-link");
    assertThat(host.sh("readlink -f /run/current-system"))
        .isEqualTo(host.sh("readlink -f " + PROFILE));
    host.sh("test -x " + PROFILE + "/bin/switch-to-configuration");
    assertThat(host.holds("test -e " + PROFILE + "-2-link")).as("the broken one is kept").isTrue();
    assertThat(generations.switches()).as(log() + host.journal()).isEqualTo(scenario.switches());
    assertThat(generations.activated()).isEqualTo(generation == 1 ? "good" : "bad");
  }

  @Test
  void nothingIsDoneWithoutApprovalAndTheEvidenceIsThere() {
    brokenGeneration(kept("", "", "", false));
    JsonNode waiting = awaitsApproval();
    host.letTimePass(Duration.ofSeconds(4));
    assertThat(generations.switches()).as(host.journal()).containsExactly("good", "bad");
    String told = host.exec("healing", "issues", "--json").out();
    assertThat(told)
        .contains("test-app.service failed")
        .contains("after the switch from generation 1 to 2")
        .contains("it changed the unit test-app.service and no package")
        .contains("95% sure");
    String shown = host.exec("healing", "explain", waiting.path("incident").asString()).out();
    assertThat(shown).contains("arm healing-rollback-undo.timer");
  }

  private static boolean over() {
    return host.holds(
        "for unit in healing-rollback.service healing-rollback-undo.service"
            + " healing-rollback-undo.timer; do"
            + " test $(systemctl show -P LoadState $unit) = not-found || exit 1; done");
  }

  private static String log() {
    return host.exec("cat", "/var/lib/healing/rollbacks.log").out();
  }

  /** What came of the rollbacks that were begun. */
  private static List<String> outcomes() {
    return host.history("rollback_generation").stream()
        .filter(receipt -> receipt.has("startedAt"))
        .map(receipt -> receipt.path("outcome").asString())
        .toList();
  }

  /** Healing runs, and then comes a generation whose service fails. */
  private static void brokenGeneration(Scenario scenario) {
    generations.store(64);
    String more = scenario.harmful() ? "--argstr harmful yes" : "";
    generations.build("good", scenario.command(), more);
    generations.activate();
    host.sh("systemctl reset-failed"); // so far nobody has seen what is wrong with it
    host.startHealing(scenario.hangs() ? FAST.formatted(6, 4) : FAST.formatted(60, 6));
    generations.build("bad", "/bin/false");
    generations.activate();
    hook("first", scenario.first());
    hook("last", scenario.last());
  }

  private static void hook(String when, String script) {
    host.sh("cat >/run/test-" + when + "-good <<'END'\n" + script + "\nEND");
  }

  private static JsonNode awaitsApproval() {
    return host.await(
            "a rollback waits for approval",
            Duration.ofSeconds(60),
            () -> host.incident("GENERATION_BROKEN", PROFILE),
            found -> found.filter(i -> i.path("awaitsConfirmation").asBoolean()).isPresent())
        .orElseThrow();
  }
}
