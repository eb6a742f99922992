package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How long what healed took, and what became of the metrics, is kept and survives. */
class CourseTest {
  private static final String USED = "filesystem.used{/var}";
  private final MemoryStore store = new MemoryStore();
  private final JsonKnowledgeBase base = Samples.open(store);

  private void seen(Outcome outcome, long seconds, double before, double after) {
    Receipt receipt = Samples.receipt("/var", CLEAN_DISK, outcome);
    SortedMap<String, Double> was = new TreeMap<>();
    was.put(USED, before);
    was.put("unread", 1.0);
    SortedMap<String, Double> is = new TreeMap<>();
    is.put(USED, after);
    for (String set : List.of("clears.below.fraction", "forecast.at.s")) {
      was.put(set, 1.0); // what is expected, or to be reached, becomes of nothing
      is.put(set, 1.0);
    }
    Instant started = receipt.finishedAt().minusSeconds(seconds);
    base.record(
        List.of(
            new Receipt(
                receipt.id(),
                receipt.incident(),
                receipt.type(),
                receipt.components(),
                CLEAN_DISK,
                receipt.target(),
                receipt.origin(),
                outcome,
                started,
                Optional.of(started),
                receipt.finishedAt(),
                was,
                is,
                receipt.confidence(),
                receipt.steps(),
                receipt.recorded(),
                receipt.circumstances(),
                receipt.sideEffects(),
                receipt.detail())));
  }

  private static String course(JsonKnowledgeBase base) {
    String export = base.export();
    int from = export.indexOf("\"course\":");
    return export.substring(from, export.indexOf(",\"counted\"", from));
  }

  @Test
  void whatHealedTellsHowLongAndAllTellWhatBecameOfTheMetrics() {
    seen(Outcome.HEALED, 10, 0.95, 0.55);
    seen(Outcome.UNCHANGED, 500, 0.97, 0.97);
    seen(Outcome.HEALED, 30, 0.96, 0.58);
    assertThat(course(base))
        .isEqualTo(
            "\"course\":{\"recoveries\":2,\"recoverySeconds\":20.0,\"metrics\":[{\"metric\":"
                + "\"filesystem.used{/var}\",\"attempts\":3,\"before\":0.96,\"after\":0.7}],"
                + "\"context\":{\"hours\":[0,0,2,3,0,0,0,0]}}");
    assertThat(course(Samples.open(store))).as("from the journal").isEqualTo(course(base));
    base.close();
    assertThat(course(Samples.open(store))).as("from the document").isEqualTo(course(base));
  }

  /** Each of both times can be read back; what is between them is longer than any time may be. */
  @Test
  void whatTookLongerThanAnyTimeIsNoError() {
    seen(Outcome.HEALED, 10, 1, 1);
    List<String> journal = store.lines.get(JsonKnowledgeBase.JOURNAL);
    Instant far = Instant.ofEpochSecond(900_000_000_000_000L);
    journal.set(
        0,
        journal
            .get(0)
            .replaceFirst("\"at\":\"[^\"]*\"", "\"at\":\"" + far + "\"")
            .replaceFirst(
                "\"started\":\"[^\"]*\"",
                "\"started\":\"" + Instant.ofEpochSecond(-far.getEpochSecond()) + "\""));
    assertThat(course(Samples.open(store))).contains("\"recoveries\":1");
  }

  @Test
  void whatCannotBeAveragedIsLeftOut() {
    seen(Outcome.HEALED, 10, 1e308, -1e308);
    seen(Outcome.HEALED, 10, Double.NaN, 1);
    assertThat(course(base)).doesNotContain(USED).contains("\"recoveries\":2");
    base.close();
    assertThat(Samples.open(store).problems()).isEmpty();
  }
}
