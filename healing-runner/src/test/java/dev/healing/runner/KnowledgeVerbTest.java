package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.KnowledgeBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

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
    assertThat(refused(directory + "/none")).contains("none: there is no such file");
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
          {"timestamp": "2026-01-01T00:00:00Z", "actions": ["restart_service", "clear_cache"],
           "impact": 1}]},
         "failures": {}, "patterns": {}, "statistics": {}}
        """);
    String state = directory + "/state";
    assertThat(run("knowledge", "import", seed.toString(), "--state", state))
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(out.toString(UTF_8)).contains("2 attempts");
    out.reset();
    assertThat(run("knowledge", "show", "--state", state)).isZero();
    assertThat(out.toString(UTF_8).replaceAll("\\s+", " "))
        .contains(
            "service_failed:web.service: restart_service never tried here; old.json has seen 0.5 of"
                + " 1")
        .containsPattern("How far an action may go by itself auto .*confirm .*kill_process");
  }

  /** It would refuse to read it, and begin with nothing known. */
  @Test
  void whatADaemonHasTooLittleMemoryForIsWarnedOf() throws IOException {
    String state = directory + "/state";
    long most = daemonReads();
    assertThat(run("knowledge", "import", seed(1_000).toString(), "--state", state))
        .as(err.toString(UTF_8))
        .isZero();
    assertThat(Files.size(Path.of(state, "knowledge.json"))).isBetween(1L << 20, most);
    assertThat(err.toString(UTF_8)).isEmpty();

    assertThat(run("knowledge", "import", seed(9_000).toString(), "--state", state)).isZero();
    long bytes = Files.size(Path.of(state, "knowledge.json"));
    assertThat(bytes).isBetween(most, 2 * most);
    assertThat(err.toString(UTF_8))
        .contains("knowledge.json has " + bytes + " bytes now", "HEALING_JAVA_OPTIONS=-Xmx128m");
  }

  /** By what the launcher gives it. */
  private static long daemonReads() throws IOException {
    assertThat(Files.readString(Path.of("../packaging/healing")))
        .contains("-Xmx" + KnowledgeTaking.DAEMONS_MEBIBYTES + "m -Xms8m\"\ncase");
    return LinuxHost.mostOfADocument(64880640); // maxMemory() with -XX:+UseSerialGC -Xmx64m
  }

  private Path seed(int problems) throws IOException {
    StringBuilder text = new StringBuilder("{\"fixes\": {");
    for (int i = 0; i < problems; i++) {
      text.append(i == 0 ? "" : ",").append("\"service_failed:").append(i).append('-');
      text.append("x".repeat(900)).append(".service\": [");
      for (int action = 0; action < 8; action++) {
        text.append(action == 0 ? "" : ",")
            .append("{\"actions\": [\"a")
            .append(action)
            .append("\"]}");
      }
      text.append(']');
    }
    String name = problems + "-" + "long".repeat(40) + ".json"; // each action is told where from
    return Files.writeString(directory.resolve(name), text + "}}");
  }

  @Test
  void whatAnImportSetsAsideIsTold() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state"));
    String seed = seed(1).toString();
    assertThat(run("knowledge", "import", seed, "--state", state.toString())).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
    Files.writeString(state.resolve("knowledge.json"), "{\"version\":4,\"folded\":12");

    assertThat(run("knowledge", "import", seed, "--state", state.toString())).isZero();
    assertThat(err.toString(UTF_8))
        .contains("not all that was known", "knowledge.json", "set aside as ");
  }

  @Test
  void whatCannotBeReadIsNotShownAsIfNothingWasKnown() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state"));
    Files.writeString(state.resolve("knowledge.json"), "{\"version\":4,\"folded\":12");
    for (String how : List.of("show", "export")) {
      err.reset();
      assertThat(run("knowledge", how, "--state", state.toString())).as(how).isEqualTo(1);
      assertThat(err.toString(UTF_8))
          .contains("not all that was known", "knowledge.json is damaged");
    }
    Files.delete(state.resolve("knowledge.json"));
    assertThat(run("knowledge", "export", "--state", state.toString())).isZero();
  }

  @Test
  void noNameOfAFilePlaysWithATerminal() throws IOException {
    String state = directory + "/state";
    Path seed = directory.resolve("o\u001b]0;gotcha\u0007ld.json");
    Files.writeString(seed, "{\"fixes\": [");
    assertThat(refused(seed.toString()))
        .contains("ld.json is no knowledge", "expected close marker for Array")
        .doesNotContain("Source")
        .doesNotContain("\u001b");
    Files.writeString(
        seed,
        "{\"fixes\": {\"service_failed:w\\u001b.service\": [{\"actions\": \"restart_service\"}]}}");
    assertThat(run("knowledge", "import", seed.toString(), "--state", state)).isZero();
    assertThat(run("knowledge", "show", "--state", state)).isZero();
    assertThat(out.toString(UTF_8))
        .contains("1 attempt on 1")
        .containsPattern("ld.json\\s+has seen");
    assertThat(out.toString(UTF_8)).doesNotContain("\u001b").doesNotContain("\u0007");
  }

  @Test
  void whatCameOfEachIsShownWithWhenItWasTriedLast() {
    Path state = directory.resolve("state");
    leaks(state, Instant.parse("2026-11-24T10:00:00Z"));
    assertThat(run("knowledge", "show", "--state", state.toString())).isZero();
    assertThat(out.toString(UTF_8).replaceAll("\\s+", " "))
        .contains("restart_service healed 12 of 12; last HEALED, 2026-11-24 08:")
        .contains("; healed within 2.0 s on average; memory.used 0.95 → 0.50")
        .contains("; healed 3 of 3 at 00-06h UTC,")
        .contains("; load by processor 0.25 where it healed; in generation 42 healed 12 of 12")
        .contains("; began meanwhile, perhaps by it: service_failed db.service (3)")
        .contains("Brier score 0.25");
  }

  /** It leaks: each restart buys two hours. */
  private void leaks(Path state, Instant until) {
    leaks(state, until, "leaky.service");
  }

  private void leaks(Path state, Instant until, String unit) {
    try (LinuxHost host = LinuxHost.open(state);
        KnowledgeBase base = new JsonKnowledgeBaseProvider().create(host)) {
      for (int i = 12; i > 0; i--) {
        Instant at = until.minus(Duration.ofMinutes(118L * i + i % 3));
        Issue issue =
            Issue.of(
                at, IssueType.SERVICE_FAILED, Severity.HIGH, "it failed", Map.of(), List.of(unit));
        Receipt receipt =
            new Receipt(
                "r" + i,
                "i" + i,
                issue.type(),
                issue.components(),
                ActionId.RESTART_SERVICE,
                unit,
                Origin.AUTOMATIC,
                Outcome.HEALED,
                at,
                Optional.of(at.plusSeconds(1)),
                at.plusSeconds(3),
                new TreeMap<>(Map.of("memory.used", 0.9512)),
                new TreeMap<>(Map.of("memory.used", 0.5)),
                0.5,
                List.of("restart it"),
                List.of(),
                new TreeMap<>(Map.of("load.per_cpu", 0.25, "generation.number", 42.0)),
                i > 9 ? List.of("service_failed db.service") : List.of(),
                "");
        base.record(List.of(receipt));
        base.ended(
            List.of(
                new Incident(
                    "i" + i,
                    issue.fingerprint(),
                    issue,
                    IncidentStatus.HEALED,
                    at,
                    at,
                    Optional.of(at.plusSeconds(4)),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(receipt),
                    "")));
      }
    }
  }

  @Test
  void whatKeepsHappeningIsShownAndNotExported() throws IOException {
    Path state = directory.resolve("state");
    leaks(state, Instant.now());
    assertThat(run("knowledge", "show", "--state", state.toString())).isZero();
    assertThat(out.toString(UTF_8))
        .contains("What keeps happening", "short relief", "only ever buys 1 h 5", "regular")
        .contains("100 % unattended", "healed in 4.0 s", "restart_service healed 12 of 12");
    out.reset();
    assertThat(run("knowledge", "show", "--json", "--state", state.toString())).isZero();
    assertThat(out.toString(UTF_8)).contains("\"patterns\"", "\"SHORT_RELIEF\"", "\"proposal\"");
    out.reset();
    assertThat(run("knowledge", "export", "--state", state.toString())).isZero();
    assertThat(out.toString(UTF_8)).contains("\"months\"").doesNotContain("\"patterns\"");

    Path export = Files.writeString(directory.resolve("mine.json"), out.toString(UTF_8));
    assertThat(refused(export.toString()))
        .contains("mine.json is an export of this knowledge base");
  }

  /** It is remembered by a shorter one. */
  @Test
  void whatKeepsHappeningIsExplainedHoweverLongItsKeyIs() {
    for (String unit : List.of("leaky.service", "x".repeat(30_000))) {
      Path state = directory.resolve("state" + unit.length());
      leaks(state, Instant.now(), unit);
      String problem = Fingerprint.of(IssueType.SERVICE_FAILED, List.of(unit)).hash();
      ObjectNode json = JsonText.object();
      try (LinuxHost host = LinuxHost.observe(state);
          HealingEngine engine = HealingEngine.builder().host(host).build()) {
        KnowledgeVerb.addPatterns(json, engine, problem + "-1");
      }
      assertThat(json.path("patterns"))
          .isNotEmpty()
          .allMatch(pattern -> pattern.path("fingerprint").asString("").equals(problem));
    }
  }

  /** Exported, installed anew, restored. */
  @Test
  void aHostThatWasInstalledAnewKnowsAgainWhatItKnew() throws IOException {
    Path before = directory.resolve("before");
    leaks(before, Instant.parse("2026-11-24T10:00:00Z"));
    assertThat(run("knowledge", "export", "--state", before.toString())).isZero();
    Path export = Files.writeString(directory.resolve("mine.json"), out.toString(UTF_8));
    String anew = directory.resolve("anew").toString();

    assertThat(run("knowledge", "import", export.toString(), "--state", anew)).isZero();
    assertThat(out.toString(UTF_8)).contains("installed anew or moved, restore it instead");
    assertThat(run("knowledge", "restore", export.toString(), "--state", anew)).isZero();
    assertThat(out.toString(UTF_8)).contains("12 attempts and 1 problem from mine.json");
    out.reset();
    assertThat(run("knowledge", "export", "--state", anew)).isZero();
    assertThat(out.toString(UTF_8)).isEqualTo(Files.readString(export));

    assertThat(run("knowledge", "restore", export.toString(), "--state", anew)).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .contains("here 12 attempts and 1 problem are known", "knowledge.* away");
    assertThat(run("knowledge", "restore", "--state", anew)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("knowledge restore: expected a file");
  }
}
