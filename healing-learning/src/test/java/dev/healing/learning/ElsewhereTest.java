package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static dev.healing.api.ActionId.GARBAGE_COLLECT;
import static dev.healing.learning.Samples.disk;
import static dev.healing.learning.Samples.open;
import static dev.healing.learning.Samples.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.Confidence;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElsewhereTest {
  private static final String SEED =
      """
      {
        "fixes": {
          "disk_full:/var": [
            {"timestamp": 1700000000.5, "actions": ["clean_disk"], "impact": 0.4},
            {"timestamp": "2025-01-01T00:00:00", "actions": ["clean_disk", "garbage_collect"], "impact": {}}
          ],
          "%s": [{"timestamp": 1, "actions": [{"type": "clean_disk", "target": "/home"}], "impact": 1}],
          "what?": [{"actions": ["clean_disk"]}]
        },
        "failures": {
          "disk_full:/var": [
            {"timestamp": 1700000001, "actions": ["garbage_collect"], "error": "no"},
            {"timestamp": 1700000002, "actions": ["rm -rf /"], "error": "no"},
            17
          ]
        },
        "patterns": {"x": 1},
        "statistics": {"total": 99}
      }
      """
          .formatted(disk("/home").hash().toUpperCase(java.util.Locale.ROOT));

  private final MemoryStore store = new MemoryStore();

  @Test
  void aSeedIsTakenAndToldAndCountsLess() {
    JsonKnowledgeBase base = open(store);

    List<String> told = base.adopt(SEED, "old.json");

    assertThat(told)
        .containsExactly(
            "5 attempts on 2 problems from old.json: each counts a quarter of one that is seen here,"
                + " and all on a problem at most four",
            "1 problem of these by the short hash only: what is known of it counts from when it is there",
            "left out (2): entries without an action that has a name",
            "left out (1): fingerprints that are neither type:component nor eight hex digits",
            "patterns and statistics are not taken: they are made from what is seen here");
    for (JsonKnowledgeBase known : List.of(base, open(store))) {
      Confidence clean = known.confidence(disk("/var"), CLEAN_DISK);
      assertThat(clean.value()).isBetween(0.51, 0.6);
      assertThat(clean.attempts()).isZero();
      assertThat(clean.reason())
          .startsWith(
              "never tried on this problem; old.json has seen it heal 1.5 of 2 times, which counts"
                  + " less");
      assertThat(known.confidence(disk("/var"), GARBAGE_COLLECT).value()).isLessThan(0.5);
      assertThat(known.problems()).isEmpty();
    }
  }

  @Test
  void ofAShortHashTheProblemIsKnownWhenItIsThere() {
    JsonKnowledgeBase base = open(store);
    base.adopt(SEED, "old.json");

    Confidence before = base.confidence(disk("/home"), CLEAN_DISK);
    assertThat(before.reason()).contains("old.json has seen it heal 1.0 of 1 times");
    assertThat(base.confidence(disk("/srv"), CLEAN_DISK).reason()).doesNotContain("old.json");
    base.record(List.of(receipt("/home", CLEAN_DISK, Outcome.HEALED)));
    base.close();

    for (JsonKnowledgeBase known : List.of(base, open(store))) {
      Confidence after = known.confidence(disk("/home"), CLEAN_DISK);
      assertThat(after.value()).isGreaterThan(before.value());
      assertThat(after.attempts()).isEqualTo(1);
      assertThat(after.reason()).contains("healed 1 of 1 attempt; old.json has seen it heal 1.0");
    }
  }

  @Test
  void whatDidHarmOrIsYetToComeHealedNothing() {
    JsonKnowledgeBase base = open(store);
    List<String> told =
        base.adopt(
            """
            {"fixes": {"disk_full:/var": [
              {"timestamp": "2025-01-01T00:00:00", "actions": ["clean_disk"], "impact": 0.3},
              {"timestamp": "2025-01-01T00:00:00", "actions": ["clean_disk"], "impact": -1},
              {"timestamp": "2031-01-01T00:00:00", "actions": ["clean_disk"], "impact": 1},
              {"timestamp": 1735689600123, "actions": ["clean_disk"], "impact": 1},
              {"timestamp": "1735689600.5", "actions": ["clean_disk"]},
              {"timestamp": "4102444800", "actions": ["clean_disk"]},
              {"timestamp": 4102444800, "actions": ["clean_disk"], "impact": 1}]}}""",
            "old.json");

    assertThat(told)
        .anyMatch(line -> line.startsWith("3 attempts on 1 problem"))
        .anyMatch(line -> line.startsWith("left out (1): fixes whose impact is negative"))
        .anyMatch(line -> line.startsWith("left out (3): entries from the future"));
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).reason())
        .contains("has seen it heal 3.0 of 3 times");
  }

  /** An exponent costs nothing until it is computed with. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e1000000000",
        "-1e1000000000",
        "1E+2147483647",
        "123456789012345678901234567890",
        "\"1e1000000000\"",
        "\"soon\"",
        "\"2026-13-01\"",
        "[1]",
        "true"
      })
  @Timeout(5)
  void whatIsNoTimeIsLeftOutAndTold(String timestamp) {
    String seed =
        """
        {"fixes": {"disk_full:/var": [
           {"actions": ["clean_disk"]}, {"timestamp": null, "actions": ["clean_disk"]},
           {"timestamp": 1e-1000000000, "actions": ["clean_disk"], "impact": 1e1000000000},
           {"timestamp": %1$s, "actions": ["clean_disk"]}]},
         "failures": {"disk_full:/var": [{"timestamp": %1$s, "actions": ["clean_disk"]}]}}"""
            .formatted(timestamp);

    assertThat(open(store).adopt(seed, "old.json"))
        .anyMatch(line -> line.startsWith("3 attempts on 1 problem"))
        .contains(
            "left out (2): entries whose timestamp is none, the first "
                + timestamp.replaceFirst("^(-?)1e(\\d)", "$11E+$2")
                + ": expected seconds or milliseconds since 1970, or ISO-8601 such as"
                + " 2026-11-24T10:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e1000000000", "1732442400", "\"now\"", "true"})
  @Timeout(5)
  void aTimeInAnExportIsOneOrItIsRefused(String time) {
    JsonKnowledgeBase other = open(new MemoryStore());
    other.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String export = other.export().replaceFirst("\"lastSeen\":\"[^\"]*\"", "\"lastSeen\":" + time);

    assertThatThrownBy(() -> open(store).adopt(export, "web1"))
        .isInstanceOf(HealingException.class)
        .hasMessageStartingWith("web1 is no knowledge that can be imported: lastSeen is '")
        .hasMessageContaining(
            time.replace("\"", "").replaceFirst("e(\\d)", "E+$1")
                + "': expected a time such as '2026-11-24T10:00:00Z'");
  }

  @Test
  void anImportWritesWhatCouldNotBeWrittenBeforeAndSaysSoNoMore() {
    JsonKnowledgeBase base = open(store);
    store.broken = true;
    assertThatThrownBy(() -> base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED))))
        .isInstanceOf(HostException.class);
    assertThat(base.problems()).hasSize(1);
    store.broken = false;
    base.adopt(SEED, "old.json");
    assertThat(base.problems()).isEmpty();
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).attempts()).isOne();
  }

  @Test
  void whatIsNamedTwiceInAnEntryWasDoneOnceAndAllSourcesAreNamed() {
    JsonKnowledgeBase base = open(store);
    String seed =
        "{\"fixes\":{\"disk_full:/var\":[{\"actions\":[\"clean_disk\",\"clean_disk\"]}%s]}}";
    base.adopt(seed.formatted(""), "one.json");
    base.adopt(seed.formatted(",{}"), "other.json");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).reason())
        .contains("one.json, other.json has seen it heal 2.0 of 2 times");
    for (int i = 0; i < 40; i++) {
      base.adopt(seed.formatted(",{}".repeat(i + 2)), "again-" + i + ".json");
    }
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).reason())
        .contains("one.json, other.json, again-0.json,", " and others has seen it heal 42.0 of 42")
        .hasSizeLessThan(1_000);
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).reason())
        .isEqualTo(base.confidence(disk("/var"), CLEAN_DISK).reason());
  }

  @Test
  void whatOthersBorrowOfItIsToldToo() {
    JsonKnowledgeBase base = open(store);
    base.adopt(
        "{\"fixes\":{\"disk_full:/var\":[{\"actions\":[\"clean_disk\"]}],\"%s\":[{\"actions\":[\"clean_disk\"]}]}}"
            .formatted(disk("/srv").hash()),
        "old.json");
    for (int i = 0; i < 2; i++) {
      assertThat(base.confidence(disk("/srv"), CLEAN_DISK).reason())
          .as("looked at only, and not counted for itself")
          .contains("old.json has seen it heal 1.0 of 1")
          .contains("on other problems, as imported, 1.0 of 1, which lets");
    }
    for (JsonKnowledgeBase reader : List.of(base, open(store))) {
      Confidence borrowed = reader.confidence(disk("/home"), CLEAN_DISK);
      assertThat(borrowed.value()).isGreaterThan(0.5);
      assertThat(borrowed.reason())
          .contains(
              "never tried on this problem; on other problems, as imported, 1.0 of 1, which lets");
      assertThat(reader.confidence(disk("/var"), CLEAN_DISK).reason())
          .doesNotContain("as imported");
    }
  }

  @Test
  void whatIsSeenHereSoonOutweighsIt() {
    StringBuilder fixes = new StringBuilder("{\"fixes\":{\"disk_full:/var\":[");
    for (int i = 0; i < 1000; i++) {
      fixes.append(i == 0 ? "" : ",").append("{\"actions\":[\"clean_disk\"]}");
    }
    JsonKnowledgeBase base = open(store);
    base.adopt(fixes.append("]}}").toString(), "boast.json");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).value()).isBetween(0.7, 0.9);

    for (int i = 0; i < 6; i++) {
      base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.UNCHANGED)));
    }

    assertThat(base.confidence(disk("/var"), CLEAN_DISK).value()).isLessThan(0.5);
  }

  @Test
  void whatIsQuotedOfAHostileFileIsOnOneLine() {
    JsonKnowledgeBase other = open(new MemoryStore());
    other.record(List.of(receipt("/a", CLEAN_DISK, Outcome.HEALED)));
    other.record(List.of(receipt("/b", CLEAN_DISK, Outcome.HEALED)));
    String export =
        other.export().replaceAll("disk_full:/[ab]", "disk_full:/\\\\nhealing: all is well");
    assertThatThrownBy(() -> open(store).adopt(export, "web1"))
        .isInstanceOf(HealingException.class)
        .hasMessageContaining("'disk_full:/ healing: all is well'");
  }

  @Test
  void anotherHostsExportIsTakenOnce() {
    JsonKnowledgeBase other = open(new MemoryStore());
    for (int i = 0; i < 4; i++) {
      other.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    }
    String export = other.export();
    JsonKnowledgeBase base = open(store);

    assertThat(base.adopt(export, "web1").get(0)).startsWith("4 attempts on 1 problem from web1");
    Confidence once = base.confidence(disk("/var"), CLEAN_DISK);
    assertThat(once.value()).isGreaterThan(0.5);
    assertThatThrownBy(() -> base.adopt(export, "web2"))
        .isInstanceOf(HealingException.class)
        .hasMessage("web2 was imported before: as web1, at 2026-11-24T10:00:00Z");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK)).isEqualTo(once);
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).value()).isEqualTo(once.value());
  }

  /** As what {@code knowledge show --json} prints, and what an editor has sorted. */
  @ParameterizedTest
  @ValueSource(strings = {"patterns", "months"})
  void anExportWithMoreBehindItsProblemsIsTakenAsItIs(String behind) {
    JsonKnowledgeBase other = open(new MemoryStore());
    other.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String export = other.export().replaceFirst("\"" + behind + "\":\\[[^\\]]*\\],", "").strip();
    String more = export.substring(0, export.length() - 1) + ",\"" + behind + "\":[]}";
    assertThat(open(store).adopt(more, "web1").get(0)).startsWith("1 attempt on 1 problem");
  }

  /** A later export has what was in the one before, and more. */
  @Test
  void anotherExportOfTheSameHostWouldCountTwice() {
    JsonKnowledgeBase other = open(new MemoryStore());
    other.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String early = other.export();
    other.record(List.of(receipt("/srv", CLEAN_DISK, Outcome.HEALED)));
    String late = other.export();
    JsonKnowledgeBase base = open(store);
    base.adopt(early, "web1.json");
    String before = base.export();

    assertThatThrownBy(() -> base.adopt(late, "web1-later.json"))
        .isInstanceOf(HealingException.class)
        .hasMessageStartingWith("web1-later.json comes from the same knowledge base (")
        .hasMessageContaining("as web1.json, which was imported at 2026-11-24T10:00:00Z");
    assertThat(base.export()).isEqualTo(before);
    assertThatThrownBy(() -> open(store).adopt(late, "web1-later.json"))
        .isInstanceOf(HealingException.class);
  }

  @Test
  void anOwnExportIsRefusedAlsoAfterARestart() {
    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String early = base.export();
    base.record(List.of(receipt("/srv", CLEAN_DISK, Outcome.HEALED)));

    for (JsonKnowledgeBase known : List.of(base, open(store))) { // the second from the journal
      assertThatThrownBy(() -> known.adopt(early, "backup.json"))
          .isInstanceOf(HealingException.class)
          .hasMessageStartingWith("backup.json is an export of this knowledge base itself (");
    }
    base.close();
    assertThatThrownBy(() -> open(store).adopt(early, "backup.json"))
        .isInstanceOf(HealingException.class);
  }

  /** A new host, or one that was installed anew, has another id: nothing tells whose it is. */
  @Test
  void anOwnExportOfBeforeIsTakenAsAnotherHostsAndToldHowToHaveAllOfIt() {
    String export = seenMuch(open(new MemoryStore()));
    JsonKnowledgeBase anew = open(store);

    assertThat(anew.adopt(export, "mine.json"))
        .anyMatch(line -> line.startsWith("nothing was seen here yet") && line.contains("restore"));
    assertThat(anew.confidence(disk("/var"), CLEAN_DISK).attempts()).isZero();

    assertThat(anew.restore(export, "mine.json"))
        .containsExactly(
            "8 attempts and 2 problems from mine.json: all of it counts as seen here",
            "what was imported since is gone: mine.json");
    anew.close();
    for (JsonKnowledgeBase known : List.of(anew, open(store))) {
      assertThat(known.export()).isEqualTo(export);
    }
    JsonKnowledgeBase goesOn = open(store);
    goesOn.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(8);
    assertThatThrownBy(() -> goesOn.adopt(export, "mine.json"))
        .hasMessageStartingWith("mine.json is an export of this knowledge base itself (");
  }

  private static String seenMuch(JsonKnowledgeBase base) {
    for (int i = 0; i < 7; i++) {
      base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    }
    base.record(List.of(receipt("/srv", GARBAGE_COLLECT, Outcome.WORSE)));
    return base.export();
  }

  @Test
  void nothingThatWasSeenHereIsLostByRestoring() {
    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String before = base.export();
    String export = seenMuch(open(new MemoryStore()));

    assertThatThrownBy(() -> base.restore(export, "mine.json"))
        .isInstanceOf(HealingException.class)
        .hasMessageStartingWith("mine.json is not restored: here 1 attempt and 1 problem are known")
        .hasMessageContaining("/knowledge.* away");
    assertThat(base.export()).isEqualTo(before);
    for (String nonsense : List.of("", "[]", SEED, export.replace("CLEAN", "").substring(1))) {
      assertThatThrownBy(() -> open(new MemoryStore()).restore(nonsense, "mine.json"))
          .isInstanceOf(HealingException.class)
          .hasMessageStartingWith("mine.json is no export that can be restored: ");
    }
  }

  @Test
  void whatHasNothingToLearnFromIsRefused() {
    String empty = open(new MemoryStore()).export();
    JsonKnowledgeBase base = open(store);
    for (String nothing : List.of(empty, "{\"fixes\":{}}", "{\"failures\":{\"what?\":[1]}}")) {
      assertThatThrownBy(() -> base.adopt(nothing, "x.json"))
          .isInstanceOf(HealingException.class)
          .hasMessageStartingWith("x.json: there is no attempt in it to learn from")
          .hasMessageEndingWith("Nothing is imported.");
    }
    assertThat(store.steps).isZero();
    assertThat(base.adopt(SEED, "old.json")).isNotEmpty();
  }

  @Test
  void nothingThatWasSeenHereGivesWayToAnImport() {
    JsonKnowledgeBase base = new JsonKnowledgeBase(store, Samples.TIME, 3, 1000);
    base.record(List.of(receipt("/a", CLEAN_DISK, Outcome.HEALED)));
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));

    List<String> told =
        base.adopt(
            "{\"fixes\":{\"disk_full:/var\":[{\"actions\":[\"clean_disk\"]}],"
                + "\"disk_full:/x\":[{\"actions\":[\"clean_disk\"]}],"
                + "\"disk_full:/y\":[{\"actions\":[\"clean_disk\"]}]}}",
            "old.json");

    assertThat(told.get(0)).startsWith("2 attempts on 2 problems from old.json");
    assertThat(told)
        .contains("left out (1): problems for which there is no room beside the 2 known here");
    base.record(List.of(receipt("/new", CLEAN_DISK, Outcome.HEALED)));
    JsonKnowledgeBase again = new JsonKnowledgeBase(store, Samples.TIME, 3, 1000);
    for (JsonKnowledgeBase known : List.of(base, again)) {
      assertThat(known.confidence(disk("/a"), CLEAN_DISK).attempts()).isEqualTo(1);
      assertThat(known.confidence(disk("/var"), CLEAN_DISK).reason()).contains("old.json");
      assertThat(known.export()).contains("/new").doesNotContain("disk_full:/x");
    }
  }

  @Test
  void theSameAttemptsInManyExportsCountAsFourAtMost() {
    JsonKnowledgeBase base = open(store);
    for (int i = 0; i < 60; i++) {
      base.adopt(export("/var", 1000 + i), "web1");
    }

    assertThat(base.export()).contains("\"counted\":[4.0,4.0]");
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(1);
  }

  @Test
  void ofMoreThanCanBeCountedAsManyAreAndRecordingGoesOn() {
    JsonKnowledgeBase base = open(store);
    for (int i = 0; i < 10; i++) {
      base.adopt(export("/var", (1L << 50) - i), "web" + i);
    }

    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    base.close();

    JsonKnowledgeBase again = open(store);
    assertThat(again.problems()).isEmpty();
    assertThat(again.confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(1);
    assertThat(again.export()).contains("\"imported\":{\"attempts\":" + (1L << 53));
  }

  /** As another host would write it that has seen so many heals. */
  private static String export(String mount, long healed) {
    return ("{\"version\":1,\"folded\":%2$d,\"statistics\":{\"attempts\":%2$d,\"healed\":%2$d,"
            + "\"unchanged\":0,\"worse\":0,\"failed\":0,\"ambiguous\":0,\"forgotten\":0},"
            + "\"problems\":[{\"fingerprint\":\"%3$s\",\"key\":\"disk_full:%1$s\",\"actions\":"
            + "{\"clean_disk\":{\"attempts\":%2$d,\"healed\":%2$d,\"unchanged\":0,\"worse\":0,"
            + "\"failed\":0,\"ambiguous\":0,\"lastOutcome\":\"HEALED\","
            + "\"lastSeen\":\"2026-11-24T10:00:00Z\"}}}]}")
        .formatted(mount, healed, disk(mount).hash());
  }

  @Test
  void aShortHashOfAProblemThatIsKnownHereCountsAtOnce() {
    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt("/home", CLEAN_DISK, Outcome.HEALED)));

    base.adopt(SEED, "old.json");

    for (JsonKnowledgeBase known : List.of(base, open(store))) {
      assertThat(known.confidence(disk("/home"), CLEAN_DISK).reason())
          .contains("healed 1 of 1 attempt; old.json has seen it heal 1.0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "{}", "{\"fixes\":3}", "{\"problems\":[null]}", "[[[[["})
  void nonsenseIsRefusedAndChangesNothing(String nonsense) {
    JsonKnowledgeBase base = open(store);

    assertThatThrownBy(() -> base.adopt(nonsense, "x.json"))
        .isInstanceOf(HealingException.class)
        .hasMessageStartingWith("x.json is no knowledge that can be imported: ");
    assertThat(store.steps).isZero();
  }
}
