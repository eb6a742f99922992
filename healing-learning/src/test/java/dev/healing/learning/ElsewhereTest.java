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
import dev.healing.api.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;
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
            "1 of the problems are known by their short hash only: that counts from when such a"
                + " problem is there",
            "left out: 2 entries without an action that has a name",
            "left out: 1 fingerprints that are neither type:component nor eight hex digits",
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
  void anotherHostsExportIsTakenOnce() {
    JsonKnowledgeBase other = open(new MemoryStore());
    for (int i = 0; i < 4; i++) {
      other.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    }
    String export = other.export();
    JsonKnowledgeBase base = open(store);

    assertThat(base.adopt(export, "web1").get(0)).startsWith("4 attempts on 1 problems from web1");
    Confidence once = base.confidence(disk("/var"), CLEAN_DISK);
    assertThat(once.value()).isGreaterThan(0.5);
    assertThatThrownBy(() -> base.adopt(export, "web2"))
        .isInstanceOf(HealingException.class)
        .hasMessage("web2 was imported before: as web1, at 2026-11-24T10:00:00Z");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK)).isEqualTo(once);
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).value()).isEqualTo(once.value());
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
