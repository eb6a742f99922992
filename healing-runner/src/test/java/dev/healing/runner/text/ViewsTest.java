package dev.healing.runner.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Event;
import dev.healing.core.json.JsonText;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ViewsTest {
  private static final JsonNode ONCE =
      JsonText.read(
          """
          {"health": 61.5,
           "issues": [{"id": "ab12cd34-x", "type": "service_failed", "severity": "HIGH",
             "description": "nginx.service failed (exit-code), and this sentence is long enough to be broken at the eightieth column of the terminal",
             "components": ["nginx.service"], "fingerprint": "ab12cd34", "metrics": {}}],
           "plans": [{"issue": "ab12cd34-x", "actions": ["restart_service"], "confidence": 0.5,
             "verdict": "PROCEED", "reason": "nothing speaks against it"}],
           "unreadable": [{"what": "/mnt", "why": "stale handle"}],
           "metrics": {"memory.used.fraction": 0.4213, "load.per_cpu": 0.25}}
          """);

  private static String text(BiFunction<JsonNode, Style, List<String>> view, JsonNode json) {
    return String.join("\n", view.apply(json, Style.PLAIN));
  }

  @Test
  void onceShowsHealthIssuesPlansAndWhatIsUnknown() {
    assertThat(text(StatusView::once, ONCE).lines())
        .contains(
            "health        ████████████░░░░░░░░ 62 of 100",
            "HIGH     service_failed  nginx.service  ab12cd34-x",
            "    restart_service (confidence 0.50): proceed: nothing speaks against it",
            "unreadable    /mnt: stale handle")
        .allMatch(line -> line.length() <= 80);
    assertThat(text(StatusView::once, ONCE)).contains("42.1 %").contains("0.25");
  }

  /** A phone, or a split screen. */
  @Test
  void nothingButAWordThatIsLongerIsWiderThanTheTerminal() {
    Style narrow = Style.of(true, Map.of("TERM", "xterm", "NO_COLOR", "1", "COLUMNS", "40"));
    JsonNode status =
        JsonText.read(
            """
            {"daemon": true, "startedAt": "2026-11-26T20:16:17.869601353Z", "pid": 1333,
             "version": "0.1.0", "autonomy": "AUTO", "health": 61.5, "looks": 16, "openIncidents": 0,
             "healsInLastHour": 0, "paused": "paused until 2026-11-26T21:16:17Z by the clock",
             "triggers": ["D-Bus signals", "reads /proc/meminfo from once a second up to every 50 ms"],
             "trouble": ["the journal could not be written: no space left on device"],
             "metrics": {"memory.used.fraction": 0.4, "filesystem.used.fraction{/var/lib/what}": 0.9,
               "pressure.some.fraction{memory}": 0.1},
             "unreadable": [{"what": "/mnt", "why": "stale handle, and a sentence that goes on"}],
             "issues": [{"id": "ab12cd34-x", "type": "service_failed", "severity": "HIGH",
               "description": "nginx.service has failed: exit-code, since some time ago",
               "components": ["nginx.service"], "status": "OPEN", "note": "waits for its cause"}]}
            """);
    for (List<String> view :
        List.of(
            StatusView.status(status, narrow),
            StatusView.once(ONCE, narrow),
            StatusView.issues(ONCE, narrow))) {
      assertThat(String.join("\n", view).lines())
          .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(40));
    }
    assertThat(String.join(" ", StatusView.status(status, narrow)).replaceAll("\\s+", " "))
        .contains("reads /proc/meminfo from once a second up to every 50 ms")
        .contains("since 2026-11-26 20:16:17Z (pid 1333, version 0.1.0)");
    assertThat(Style.of(true, Map.of("COLUMNS", "200")).width()).isEqualTo(80);
    assertThat(Style.of(true, Map.of("COLUMNS", "wide")).width()).isEqualTo(80);
  }

  @Test
  void whatBeganMeanwhileIsToldWithWhatWasDone() {
    String receipt =
        """
        {"finishedAt": "2026-11-24T10:00:00Z", "outcome": "HEALED", "actions": ["restart_service"],
         "components": ["web.service"], "type": "service_failed", "incident": "i1", "reason": "up"%s}
        """;
    JsonNode with =
        JsonText.read(
            receipt.formatted(
                ", \"sideEffects\": [\"service_failed db.service\", \"disk_full /\"],"
                    + " \"circumstances\": {\"load.per_cpu\": 0.25, \"generation.number\": 42.0}"));
    assertThat(HistoryView.receipt(with, Style.PLAIN))
        .contains("    began meanwhile, perhaps by it: service_failed db.service; disk_full /");
    JsonNode trail = JsonText.object().set("trail", JsonText.array().add(with));
    assertThat(text(HistoryView::explain, trail))
        .contains("perhaps by it: service_failed db.service")
        .contains("when it was decided: load by processor 0.25, generation 42");
    JsonNode without = JsonText.read(receipt.formatted(""));
    assertThat(text(HistoryView::receipt, without)).doesNotContain("perhaps");
  }

  @Test
  void whatIsOverWhileTheOutcomeIsUnknownIsNotCalledOverByItself() {
    String incident =
        """
        {"id": "i1", "status": "SELF_RECOVERED", "note": "gone", "attempts": [
          {"outcome": "AMBIGUOUS"}%s]}
        """;
    assertThat(text(HistoryView::incident, JsonText.read(incident.formatted(""))))
        .contains("status        recovered: gone");
    String last = ", {\"outcome\": \"UNCHANGED\"}";
    assertThat(text(HistoryView::incident, JsonText.read(incident.formatted(last))))
        .contains("status        self recovered: gone");
  }

  @Test
  void whatWasWorthDoingIsNotToldAsAProblem() {
    JsonNode receipt =
        JsonText.read(
            """
            {"finishedAt": "2026-11-24T10:00:00Z", "outcome": "UNCHANGED", "actions": ["clear_cache"],
             "components": ["/"], "type": "disk_full", "incident": "i1", "opportunity": true,
             "origin": "REQUESTED", "reason": "removed 2 files; it has brought less than was expected",
             "benefit": {"metric": "filesystem.available.bytes{/}", "estimated": 41943040.0,
                         "before": 8e10, "after": 8.0004194304e10, "actual": 4194304.0}}
            """);
    assertThat(text(HistoryView::receipt, receipt))
        .contains("little gained")
        .contains("worth doing, as a person asked, i1: removed 2 files;")
        .contains("changed by 4.0 MiB")
        .contains("expected were 40.0 MiB")
        .doesNotContain("disk_full")
        .doesNotContain("unchanged");
    JsonNode incident =
        JsonText.read(
            """
            {"id": "i1", "type": "disk_full", "components": ["/"], "status": "ESCALATED",
             "closedAt": "2026-11-24T10:00:00Z", "firstSeen": "2026-11-24T09:59:00Z",
             "lastSeen": "2026-11-24T10:00:00Z", "note": "clear_cache: little",
             "issue": {"opportunity": true, "type": "disk_full", "severity": "LOW",
                       "description": "caches", "components": ["/"]}}
            """);
    assertThat(text(HistoryView::incident, incident))
        .contains("worth doing  /")
        .contains("over: clear_cache: little")
        .doesNotContain("disk_full")
        .doesNotContain("escalated");
    JsonNode issues =
        JsonText.read(
            """
            {"daemon": true, "unreadable": [], "issues": [{"opportunity": true, "type": "disk_full",
             "severity": "LOW", "description": "caches", "components": ["/"], "incident": "i1",
             "status": "HEALING", "note": "clear_cache / runs"}]}
            """);
    assertThat(text(StatusView::issues, issues))
        .contains("worth doing  /")
        .doesNotContain("disk_full");
  }

  @Test
  void unknownHealthIsNotZero() {
    JsonNode json = JsonText.read("{\"health\": null, \"issues\": []}");

    assertThat(text(StatusView::once, json))
        .contains("health        unknown")
        .contains("No issues.");
  }

  @Test
  void whatCouldNotBeReadIsShownAndNotSaidToBeWell() {
    JsonNode json =
        JsonText.read(
            """
            {"daemon": true, "issues": [], "unreadable": [{"what": "cpu_high", "why": "5 of 30 s"}]}
            """);

    for (BiFunction<JsonNode, Style, List<String>> view :
        List.<BiFunction<JsonNode, Style, List<String>>>of(
            StatusView::once, StatusView::issues, StatusView::status)) {
      assertThat(text(view, json)).contains("unreadable    cpu_high: 5 of 30 s");
    }
    assertThat(text(StatusView::once, json)).contains("No issues in what could be read.");
  }

  @Test
  void withoutADaemonStatusSaysSo() {
    JsonNode json = JsonText.read("{\"daemon\": false, \"health\": 100, \"issues\": []}");

    assertThat(text(StatusView::status, json)).contains("no daemon runs here");
  }

  @Test
  void anIncidentThatWaitsSaysWhatToType() {
    JsonNode json =
        JsonText.read(
            """
            {"issues": [{"id": "i", "incident": "i-7", "type": "generation_broken",
              "severity": "CRITICAL", "description": "d", "components": ["system"],
              "status": "OPEN", "note": "asks", "awaitsConfirmation": true, "confirmation": "i-7.a1b2"}]}
            """);

    assertThat(text(StatusView::issues, json)).contains("healing approve i-7.a1b2");
  }

  @Test
  void namesCannotPlayWithTheTerminal() {
    JsonNode json =
        JsonText.read(
            """
            {"issues": [{"id": "\\u001b[2Jx", "type": "t", "severity": "HIGH",
              "description": "\\u001b]0;owned\\u0007", "components": ["a\\r\\nb"]}],
             "unreadable": [{"what": "\\u202eabc", "why": "\\u009b1m"}]}
            """);

    assertThat(text(StatusView::issues, json))
        .doesNotContain("\u001b", "\u0007", "\r", "\u202e", "\u009b");
  }

  @Test
  void oneLookIsNotSeveral() {
    JsonNode json = JsonText.read("{\"trace\": \"t\", \"looks\": 1}");
    assertThat(ReplayView.about(json)).startsWith("t: 1 look from ");
  }

  @Test
  void aFewMebibytesAreToldAsSuchAndNothingIsLessThanNothing() {
    JsonNode benefit =
        JsonText.read(
            """
            {"metric": "filesystem.available.bytes{/}", "estimated": 4194304, "actual": -1000,
             "before": 5368709120, "after": 5368708120}
            """);
    assertThat(OpportunitiesView.benefit(benefit))
        .hasValue(
            "filesystem.available.bytes{/} changed by 0.0 MiB, from 5.00 GiB to 5.00 GiB;"
                + " expected were 4.0 MiB");
  }

  @Test
  void whatIsNotDoneByItselfIsNotSaidToBeForLater() {
    JsonNode json =
        JsonText.read(
            """
            [{"id": "0a1b", "action": "clean_disk", "score": 5, "safeToAutomate": true,
              "description": "d", "benefit": "1 GiB", "waits": "optimizer.proactive.by-itself is off"}]
            """);
    assertThat(text(OpportunitiesView::opportunities, json).replaceAll("\\s+", " "))
        .contains(
            "brings 1 GiB; safe to automate, but not done by itself: optimizer.proactive.by-itself"
                + " is off");
  }

  @Test
  void everyViewBearsAnEmptyAnswer() {
    List<BiFunction<JsonNode, Style, List<String>>> views =
        List.of(
            StatusView::once,
            StatusView::status,
            StatusView::issues,
            HistoryView::history,
            HistoryView::receipt,
            HistoryView::decision,
            HistoryView::explain,
            HistoryView::incident,
            OpportunitiesView::opportunities,
            Views::plugins,
            Views::drill);
    for (BiFunction<JsonNode, Style, List<String>> view : views) {
      assertThat(view.apply(JsonText.object(), Style.PLAIN)).isNotNull();
    }
  }

  @Test
  void whyAPluginIsNotApplicableIsToldToItsEnd() {
    String why = "not applicable here: no cgroup v2 memory controller (memory.reclaim)";
    JsonNode plugins =
        JsonText.array()
            .add(
                JsonText.object()
                    .put("kind", "action")
                    .put("name", "free_memory")
                    .put("state", why));
    assertThat(Views.plugins(plugins, Style.PLAIN))
        .containsExactly(
            "action    free_memory           not applicable here: no cgroup v2 memory",
            "                                controller (memory.reclaim)");
  }

  @Test
  void colourOnlyOnATerminalThatWantsIt() {
    assertThat(Style.of(true, Map.of("TERM", "xterm")).colour()).isTrue();
    assertThat(Style.of(false, Map.of("TERM", "xterm")).colour()).isFalse();
    assertThat(Style.of(true, Map.of("TERM", "xterm", "NO_COLOR", "1")).colour()).isFalse();
    assertThat(Style.of(true, Map.of("TERM", "dumb")).colour()).isFalse();
    assertThat(Style.of(true, Map.of()).colour()).isFalse();
  }

  @Test
  void drillShowsWhatItReached() {
    JsonNode json =
        JsonText.read(
            "{\"detectMillis\": 12, \"actMillis\": 1500, \"verifyMillis\": null,"
                + " \"totalMillis\": null, \"outcome\": \"UNCHANGED\"}");

    assertThat(text(Views::drill, json).lines())
        .contains("detect        12 ms", "act           1.5 s", "verify        not reached");
  }

  @Test
  void anEventIsOneLine() {
    Event event =
        new Event(
            Instant.parse("2026-01-02T03:04:05.678Z"),
            Event.Kind.INCIDENT_OPENED,
            "nginx.service\nfailed",
            Optional.empty());

    assertThat(EventLines.line(event, true)).isEqualTo("<4>nginx.service failed");
    assertThat(EventLines.line(event, false))
        .isEqualTo("2026-01-02 03:04:05Z INCIDENT_OPENED nginx.service failed");
  }

  @ParameterizedTest
  @EnumSource(Event.Kind.class)
  void everyKindHasAPriority(Event.Kind kind) {
    Event event = new Event(Instant.EPOCH, kind, "m", Optional.empty());

    assertThat(EventLines.line(event, true)).matches("<[2-6]>m");
  }

  @Test
  void thePictureFitsTheTerminal() {
    List<String> events = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
    for (int rows = 10; rows < 60; rows++) {
      List<String> frame = LiveView.frame(ONCE, events, Style.PLAIN, rows);
      assertThat(frame).hasSizeLessThan(rows);
      assertThat(frame.get(frame.size() - 1)).isEqualTo("10");
    }
  }

  @Test
  void theEvidenceOfEachLaterStepIsShown() {
    JsonNode decision =
        JsonText.read(
            """
            {"actions":[{"action":"a","evidence":"in the reason"},
              {"action":"b","evidence":"never tried on this problem"}],
             "verdict":"PROCEED","reason":"a: LOW risk"}""");
    assertThat(HistoryView.decision(decision, Style.PLAIN))
        .contains("  then        b: never tried on this problem")
        .noneMatch(line -> line.contains("in the reason"));
  }

  @Test
  void whatHasNoRoomIsCountedAndWhatAsksIsShownFirst() {
    ObjectNode status = JsonText.object().put("daemon", true).put("health", 40);
    ArrayNode issues = status.putArray("issues");
    for (int i = 1; i <= 9; i++) {
      issues
          .addObject()
          .put("severity", "HIGH")
          .put("type", "service_failed")
          .put("incident", "ab12cd34-" + i)
          .put("status", "OPEN")
          .put("description", "a sentence that takes a line ".repeat(3))
          .put("note", "nothing to try")
          .putArray("components")
          .add("mine-" + i + ".service");
    }
    ((ObjectNode) issues.get(8)).put("confirmation", "ab12cd34-9.feed");
    for (int width : List.of(40, 80)) {
      Style style = Style.of(false, Map.of("COLUMNS", "" + width));
      for (int rows = 10; rows < 40; rows++) {
        List<String> frame = LiveView.frame(status, List.of(), style, rows);
        assertThat(frame).as(width + " x " + rows).hasSizeLessThan(rows);
        assertThat(frame).allMatch(line -> line.length() <= width);
        String all = String.join("\n", frame).replaceAll("\\s+", " ");
        assertThat(all).contains("mine-9.service ab12cd34-9", "healing approve ab12cd34-9.feed");
        long shown = frame.stream().filter(line -> line.contains("mine-")).count();
        Matcher more = Pattern.compile("([0-9]+) more problems").matcher(all);
        assertThat(shown + (more.find() ? Integer.parseInt(more.group(1)) : 0))
            .as(all)
            .isEqualTo(9);
      }
    }
  }
}
