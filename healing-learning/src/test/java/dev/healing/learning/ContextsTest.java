package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When and on what host something was tried, and what began meanwhile, is kept and survives. */
class ContextsTest {
  private final MemoryStore store = new MemoryStore();
  private JsonKnowledgeBase base = Samples.open(store);

  private void tried(
      Outcome outcome, String at, double load, double generation, String... sideEffects) {
    Receipt receipt = Samples.receipt("/var", CLEAN_DISK, outcome);
    Instant started = Instant.parse(at);
    SortedMap<String, Double> circumstances = new TreeMap<>();
    circumstances.put("load.per_cpu", load);
    circumstances.put("generation.number", generation);
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
                started,
                receipt.before(),
                receipt.after(),
                receipt.confidence(),
                receipt.steps(),
                receipt.recorded(),
                circumstances,
                List.of(sideEffects),
                receipt.detail())));
  }

  private static String context(JsonKnowledgeBase base) {
    String export = base.export();
    int from = export.indexOf("\"context\":");
    return from < 0 ? "" : export.substring(from, export.indexOf(",\"counted\"", from));
  }

  @Test
  void hourLoadGenerationAndSideEffectsAreKept() {
    tried(Outcome.HEALED, "2026-11-20T05:59:59Z", 0.5, 41, "service_failed db.service");
    tried(Outcome.UNCHANGED, "2026-11-21T06:00:00Z", 2, 42);
    tried(Outcome.WORSE, "2026-11-22T23:00:00Z", 3, 42, "disk_full /", "service_failed db.service");
    tried(Outcome.HEALED, "2026-11-23T11:00:00Z", 0.25, 42);
    tried(Outcome.AMBIGUOUS, "2026-11-23T09:00:00Z", 100, 43, "disk_full /");
    assertThat(context(base))
        .isEqualTo(
            """
            "context":{"hours":[1,1,1,2,0,0,0,1],"load":[2,0.375,2,2.5],\
            "generation":[42,1,3],\
            "sideEffects":{"disk_full /":2,"service_failed db.service":2}}}""");
    assertThat(context(Samples.open(store))).as("from the journal").isEqualTo(context(base));
    String before = context(base);
    base.close();
    base = Samples.open(store);
    assertThat(base.problems()).isEmpty();
    assertThat(context(base)).as("from the document").isEqualTo(before);
  }

  @Test
  void whatCannotBeBelievedIsLeftOut() {
    tried(Outcome.HEALED, "2026-11-20T03:59:59Z", Double.NaN, -1, "x".repeat(201));
    tried(Outcome.HEALED, "2026-11-20T03:59:59Z", 1e300, 1e18);
    assertThat(context(base)).isEqualTo("\"context\":{\"hours\":[2,2,0,0,0,0,0,0]}}");
    base.close();
    assertThat(Samples.open(store).problems()).isEmpty();
  }

  @Test
  void whatBeginsOftenOutlivesWhatBeginsOnce() {
    for (int i = 0; i < 100; i++) {
      tried(Outcome.HEALED, "2026-11-20T00:00:00Z", 0, 1, "often a", "once " + i, "once more " + i);
    }
    String kept = context(base);
    assertThat(kept).containsPattern("\"often a\":\\d\\d");
    assertThat(kept.split("once", -1)).hasSizeLessThanOrEqualTo(Contexts.MOST_SIDE_EFFECTS);
  }

  @Test
  void aMeanFollowsTheNewest() {
    for (int i = 0; i < 1_000; i++) {
      tried(Outcome.HEALED, "2026-11-20T00:00:00Z", i < 500 ? 4 : 0, 1);
    }
    assertThat(context(base))
        .containsPattern("\"hours\":\\[(\\d{2,3}),\\1,.*\"load\":\\[100,0\\.0[0-9]");
  }

  /** As a file could have it that somebody has changed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,0.5,0,0.0] | [1,-0.5,0,0.0]",
        "[1,0.5,0,0.0] | [-1,0.5,0,0.0]",
        "[1,0.5,0,0.0] | [101,0.5,0,0.0]",
        "[1,0.5,0,0.0] | [1,0.5]",
        "[1,0.5,0,0.0] | [1,1e7,0,0.0]",
        "[1,0.5,0,0.0] | \"NaN\"",
        "[1,0.5,0,0.0] | [1,0.5,null,0.0]",
        "[41,1,1] | [41,2,1]",
        "[41,1,1] | [-1,1,1]",
        "[41,1,1] | [41,0]",
        "\"hours\":[1,1, | \"hours\":[2,1,",
        "\"hours\":[1,1, | \"hours\":[1,",
        "\"hours\":[1,1, | \"hours\":[1,101,",
        "\"hours\":[1,1, | \"hours\":[null,1,",
        "\"disk_full /\":1 | \"disk_full /\":-1",
        "\"disk_full /\":1 | \"disk_full /\":null",
        "\"disk_full /\":1 | \"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1",
      })
  void aHostileDocumentIsSetAside(String good, String bad) {
    tried(Outcome.HEALED, "2026-11-20T03:59:59Z", 0.5, 41, "disk_full /");
    base.close();
    changed(document -> document.replace(good, bad));
    assertThat(Samples.open(store).problems()).isNotEmpty();
  }

  private void changed(UnaryOperator<String> change) {
    String document = store.documents.get(JsonKnowledgeBase.FILE);
    String changed = change.apply(document);
    assertThat(changed).isNotEqualTo(document);
    store.documents.put(JsonKnowledgeBase.FILE, changed);
  }

  @Test
  void aDocumentOfBeforeItWasKeptIsRead() {
    tried(Outcome.HEALED, "2026-11-20T03:59:59Z", 0.5, 41, "disk_full /");
    base.close();
    changed(document -> document.replaceAll(",\"context\":\\{.*?\\}\\}", ""));
    base = Samples.open(store);
    assertThat(base.problems()).isEmpty();
    assertThat(base.export()).contains("\"course\":{\"recoveries\":1,\"recoverySeconds\":0.0}");
    tried(Outcome.UNCHANGED, "2026-11-20T08:00:00Z", 0.5, 41);
    assertThat(context(base)).contains("\"hours\":[0,0,0,1,");
  }

  @Test
  void aLineOfBeforeItWasKeptIsRead() {
    tried(Outcome.HEALED, "2026-11-20T03:59:59Z", 0.5, 41, "disk_full /");
    List<String> lines = new ArrayList<>(store.lines.get(JsonKnowledgeBase.JOURNAL));
    assertThat(lines.get(0)).contains("\"context\":{\"load\":0.5,\"generation\":41,");
    lines.set(0, lines.get(0).replaceAll(",\"context\":\\{.*?\\}", ""));
    store.lines.put(JsonKnowledgeBase.JOURNAL, lines);
    base = Samples.open(store);
    assertThat(base.problems()).isEmpty();
    assertThat(context(base)).doesNotContain("load").contains("\"hours\":[1,1,");
  }

  /** As many bytes as are there for three actions on a problem, in a file of ten thousand. */
  @Test
  void itStaysSmall() {
    String[] names = Collections.nCopies(5, "x").toArray(String[]::new);
    Arrays.setAll(names, i -> "service_failed some-service-" + i + ".service");
    for (int i = 0; i < 2_000; i++) {
      tried(
          i % 3 == 0 ? Outcome.UNCHANGED : Outcome.HEALED,
          Instant.ofEpochSecond(i * 10_000L).toString(),
          i / 777.0,
          i,
          i % 100 == 0 ? names : new String[0]);
    }
    assertThat(context(base).length()).isLessThan(400);
  }
}
