package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static dev.healing.api.ActionId.GARBAGE_COLLECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Autonomy is lost with harm at once, and earned back slowly. */
class StandingsTest {
  private final MemoryStore store = new MemoryStore();
  private final JsonKnowledgeBase base = Samples.open(store);
  private Instant now = Samples.NOW;

  private void seen(ActionId action, Outcome outcome) {
    seen(action, outcome, Map.of());
  }

  private void seen(ActionId action, Outcome outcome, Map<String, Double> before) {
    Receipt receipt = Samples.receipt("/var", action, outcome);
    base.record(
        List.of(
            new Receipt(
                receipt.id(),
                receipt.incident(),
                receipt.type(),
                receipt.components(),
                action,
                receipt.target(),
                receipt.origin(),
                outcome,
                now,
                Optional.of(now),
                now,
                new TreeMap<>(before),
                receipt.after(),
                receipt.confidence(),
                receipt.steps(),
                receipt.recorded(),
                receipt.circumstances(),
                receipt.sideEffects(),
                receipt.detail())));
  }

  private void healed(int times) {
    for (int i = 0; i < times; i++) {
      seen(CLEAN_DISK, Outcome.HEALED);
    }
  }

  private int below() {
    return base.standing(IssueType.DISK_FULL, CLEAN_DISK).orElseThrow().below();
  }

  @Test
  void whatNeverMadeAnythingWorseHasLostNothing() {
    healed(3);
    seen(CLEAN_DISK, Outcome.FAILED);
    seen(CLEAN_DISK, Outcome.UNCHANGED);
    assertThat(base.standing(IssueType.DISK_FULL, CLEAN_DISK)).isEmpty();
  }

  @Test
  void harmCostsARungAtOnceHoweverOftenItHealed() {
    healed(50);
    seen(CLEAN_DISK, Outcome.WORSE);
    assertThat(below()).isEqualTo(1);
    seen(CLEAN_DISK, Outcome.WORSE);
    assertThat(below()).isEqualTo(2);
    seen(CLEAN_DISK, Outcome.WORSE);
    assertThat(below()).isEqualTo(2);
    assertThat(base.standing(IssueType.DISK_FULL, CLEAN_DISK).orElseThrow().reason())
        .startsWith("clean_disk has made disk_full worse 3 times; it earns a rung back with 5");
    assertThat(base.standing(IssueType.MEMORY_HIGH, CLEAN_DISK)).isEmpty();
    assertThat(base.standing(IssueType.DISK_FULL, GARBAGE_COLLECT)).isEmpty();
  }

  /** Nothing was wrong, so it was no attempt at the problem that has not healed it. */
  @Test
  void harmByAnOpportunityCostsARungAndNothingElse() {
    Map<String, Double> mark = Map.of("benefit.unmeasured.count", 1.0);
    seen(CLEAN_DISK, Outcome.WORSE, mark);
    assertThat(below()).isEqualTo(1);
    assertThat(base.export()).contains("\"attempts\":0").doesNotContain("disk_full:/var");

    healed(3);
    Confidence before = base.confidence(Samples.disk("/var"), CLEAN_DISK);
    seen(CLEAN_DISK, Outcome.WORSE, mark);
    seen(CLEAN_DISK, Outcome.HEALED, mark);
    assertThat(below()).isEqualTo(2);
    assertThat(base.confidence(Samples.disk("/var"), CLEAN_DISK)).isEqualTo(before);
    JsonKnowledgeBase read = Samples.open(store);
    assertThat(read.export()).isEqualTo(base.export());
    assertThat(read.problems()).isEmpty();
  }

  @Test
  void aRungIsEarnedBackWithManyOutcomesAndWithTime() {
    healed(50);
    seen(CLEAN_DISK, Outcome.WORSE);
    healed(20);
    assertThat(below()).isEqualTo(1); // often enough, not long enough
    now = now.plus(Duration.ofDays(1));
    healed(1);
    assertThat(below()).isZero();
    assertThat(base.standing(IssueType.DISK_FULL, CLEAN_DISK).orElseThrow().reason())
        .contains("has earned back what it lost");
  }

  @Test
  void timeAloneEarnsNothingNorDoesWhatSeldomHeals() {
    seen(CLEAN_DISK, Outcome.WORSE);
    now = now.plus(Duration.ofDays(100));
    healed(4);
    assertThat(below()).isEqualTo(1);
    for (int i = 0; i < 20; i++) {
      seen(CLEAN_DISK, Outcome.UNCHANGED);
      healed(1);
    }
    assertThat(below()).isEqualTo(1);
  }

  @Test
  void twoRungsTakeTwiceAsLong() {
    healed(50);
    seen(CLEAN_DISK, Outcome.WORSE);
    seen(CLEAN_DISK, Outcome.WORSE);
    now = now.plus(Duration.ofDays(3));
    healed(20);
    assertThat(below()).isEqualTo(1);
    now = now.plus(Duration.ofDays(1));
    healed(5);
    assertThat(below()).isZero();
  }

  @Test
  void aClockThatWasWrongPostponesNothingForEver() {
    healed(50);
    Instant before = now;
    now = Instant.parse("9999-01-01T00:00:00Z");
    seen(CLEAN_DISK, Outcome.WORSE);
    now = before;
    healed(1);
    now = now.plus(Duration.ofDays(2));
    healed(5);
    assertThat(below()).isZero();
  }

  @Test
  void aTimeThatNothingCouldBeAddedToIsSenseless() {
    seen(CLEAN_DISK, Outcome.WORSE);
    base.close();
    String file = store.documents.get(JsonKnowledgeBase.FILE);
    store.documents.put(
        JsonKnowledgeBase.FILE,
        file.replaceFirst(
            "\"since\":\"[^\"]*\"", "\"since\":\"+1000000000-12-31T23:59:59.999999999Z\""));
    JsonKnowledgeBase read = Samples.open(store);
    assertThat(read.standing(IssueType.DISK_FULL, CLEAN_DISK).orElseThrow().below()).isEqualTo(1);
    assertThat(read.problems().toString()).contains("makes no sense: seconds since 1970 of");
  }

  @Test
  void whatWasLostIsKept() {
    seen(CLEAN_DISK, Outcome.WORSE);
    assertThat(Samples.open(store).standing(IssueType.DISK_FULL, CLEAN_DISK))
        .isEqualTo(base.standing(IssueType.DISK_FULL, CLEAN_DISK));
    base.close();
    assertThat(Samples.open(store).standing(IssueType.DISK_FULL, CLEAN_DISK))
        .isEqualTo(base.standing(IssueType.DISK_FULL, CLEAN_DISK));
    assertThat(base.export())
        .contains("\"standings\":[{\"type\":\"disk_full\",\"action\":\"clean_disk\",\"below\":1");
  }
}
