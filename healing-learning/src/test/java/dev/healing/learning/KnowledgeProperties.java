package dev.healing.learning;

import static dev.healing.learning.Samples.disk;
import static dev.healing.learning.Samples.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.HealingException;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class KnowledgeProperties {
  private static final int MOST_PROBLEMS = 3;
  private static final JsonMapper JSON = new JsonMapper();

  /** What was added up in another order differs in the last digits. */
  private static final Comparator<JsonNode> SAME =
      (one, other) ->
          one.isNumber() && other.isNumber()
              ? Math.abs(one.asDouble() - other.asDouble()) < 1e-6 ? 0 : 1
              : one.equals(other) ? 0 : 1;

  @Provide
  Arbitrary<Receipt> receipts() {
    return Combinators.combine(
            Arbitraries.of("/", "/var", "/home", "/nix", "/srv"),
            Arbitraries.of(ActionId.CLEAN_DISK, ActionId.GARBAGE_COLLECT),
            Arbitraries.of(Outcome.class))
        .as(Samples::receipt);
  }

  @Provide
  Arbitrary<List<List<Receipt>>> batches() {
    return receipts().list().ofMaxSize(4).list().ofMaxSize(12);
  }

  /**
   * Power is lost at every single step of every write, twice in a row. Afterwards everything that
   * was acknowledged is there, of the batch that was under way any beginning, and nothing twice.
   */
  @Property(tries = 200)
  void aCrashAnywhereNeitherLosesNorDoubles(
      @ForAll("batches") List<List<Receipt>> batches,
      @ForAll @IntRange(min = 1, max = 6) int leastLines,
      @ForAll @IntRange(max = 30) int secondCrash) {
    long allSteps = run(new MemoryStore(), batches, 0, leastLines).store.steps;
    for (long crash = 0; crash <= allSteps; crash++) {
      MemoryStore store = new MemoryStore();
      store.dieAtStep = crash;
      Run first = run(store, batches, 0, leastLines);
      List<Receipt> known = assertKnown(first, List.of());
      store.dieAtStep = store.steps + secondCrash;
      Run second = run(store, batches, first.nextBatch, leastLines);
      known = assertKnown(second, known);
      store.dieAtStep = -1;
      assertKnown(run(store, batches, batches.size(), leastLines), known);
    }
  }

  private record Run(
      MemoryStore store, List<Receipt> recorded, List<Receipt> underWay, int nextBatch) {}

  /** Records batch after batch from the given one on, until the end or the crash. */
  private static Run run(MemoryStore store, List<List<Receipt>> batches, int from, int leastLines) {
    List<Receipt> acknowledged = new ArrayList<>();
    List<Receipt> underWay = List.of();
    int next = from;
    try {
      JsonKnowledgeBase base =
          new JsonKnowledgeBase(store, Samples.TIME, MOST_PROBLEMS, leastLines);
      while (next < batches.size()) {
        underWay = batches.get(next);
        base.record(underWay);
        acknowledged.addAll(underWay);
        underWay = List.of();
        next++;
      }
      base.close();
    } catch (MemoryStore.PowerLoss e) {
      store.dieAtStep = -1;
    }
    return new Run(store, acknowledged, underWay, next);
  }

  /** What is known after the run; some beginning of what was under way may be in it. */
  private static List<Receipt> assertKnown(Run run, List<Receipt> before) {
    List<Receipt> certain = new ArrayList<>(before);
    certain.addAll(run.recorded);
    JsonKnowledgeBase reopened =
        new JsonKnowledgeBase(run.store, Samples.TIME, MOST_PROBLEMS, 1_000);
    JsonNode actual = comparable(reopened.export());
    assertThat(reopened.problems()).isEmpty();
    for (int more = 0; more <= run.underWay.size(); more++) {
      List<Receipt> candidate = new ArrayList<>(certain);
      candidate.addAll(run.underWay.subList(0, more));
      if (comparable(model(candidate)).equals(SAME, actual)) {
        return candidate;
      }
    }
    throw new AssertionError(
        "after "
            + certain.size()
            + " acknowledged and "
            + run.underWay
            + " under way:\n"
            + actual
            + "\nexpected\n"
            + comparable(model(certain)));
  }

  private static String model(List<Receipt> receipts) {
    JsonKnowledgeBase base =
        new JsonKnowledgeBase(new MemoryStore(), Samples.TIME, MOST_PROBLEMS, 1_000);
    base.record(receipts);
    return base.export();
  }

  private static JsonNode comparable(String json) {
    ObjectNode file = (ObjectNode) JSON.readTree(json);
    file.remove("folded");
    return file;
  }

  @Property(tries = 500)
  void confidenceIsWithinItsBoundsAndNeverFallsWithASuccessNorRisesWithAFailure(
      @ForAll @Size(min = 1, max = 60) List<Outcome> outcomes) {
    JsonKnowledgeBase base = Samples.open(new MemoryStore());
    double before = confidence(base).value();
    assertThat(before).isEqualTo(0.5);
    for (Outcome outcome : outcomes) {
      base.record(List.of(receipt("/var", ActionId.CLEAN_DISK, outcome)));
      Confidence now = confidence(base);
      assertThat(now.value()).isBetween(0.0, Confidence.MAX);
      assertThat(now.lower()).isBetween(0.0, now.value());
      assertThat(now.upper()).isBetween(now.value(), 1.0);
      assertThat(now.reason()).isNotBlank();
      switch (outcome) {
        // By a little it may, since with each outcome the world may also have changed.
        case HEALED -> assertThat(now.value()).isGreaterThan(before - 0.02);
        case UNCHANGED, WORSE, FAILED -> assertThat(now.value()).isLessThan(before + 0.02);
        case AMBIGUOUS, NOT_ATTEMPTED -> assertThat(now.value()).isCloseTo(before, offset(1e-9));
      }
      before = now.value();
    }
  }

  private static Confidence confidence(JsonKnowledgeBase base) {
    return base.confidence(disk("/var"), ActionId.CLEAN_DISK);
  }

  /** A changed file is read as something that adds up, or set aside; nothing is ever thrown. */
  @Property(tries = 1000)
  void aFileWithAChangedPlaceNeverThrows(
      @ForAll @IntRange(max = 5000) int place,
      @ForAll @IntRange(max = 40) int removed,
      @ForAll("scraps") String inserted) {
    MemoryStore store = new MemoryStore();
    JsonKnowledgeBase writer = Samples.open(store);
    writer.adopt("{\"failures\":{\"0123abcd\":[{\"actions\":[\"clean_disk\"]}]}}", "seed");
    writer.record(List.of(receipt("/var", ActionId.CLEAN_DISK, Outcome.HEALED)));
    writer.record(List.of(receipt("/var", ActionId.GARBAGE_COLLECT, Outcome.WORSE)));
    writer.recovered(
        List.of(new Recovery(disk("/var"), Samples.NOW, Samples.NOW, Duration.ofSeconds(9))));
    for (int day = 1; day < 8; day++) { // in company, and again and again
      Instant at = Samples.NOW.minus(Duration.ofDays(10 - day));
      writer.ended(List.of(Samples.ended("/var", at, IncidentStatus.HEALED)));
      writer.ended(List.of(Samples.ended("/srv", at, IncidentStatus.ESCALATED)));
    }
    writer.close();
    for (int more = 0; more < MUTATIONS; more++) {
      for (String good :
          List.of(
              store.documents.get(JsonKnowledgeBase.FILE),
              store.lines.get(JsonKnowledgeBase.OLD_JOURNAL).get(0),
              store.lines.get(JsonKnowledgeBase.OLD_JOURNAL).get(2),
              store.lines.get(JsonKnowledgeBase.OLD_JOURNAL).get(3))) {
        int from = (place + 97 * more) % good.length();
        int to = Math.min(good.length(), from + removed);
        reads(good.substring(0, from) + inserted + good.substring(to));
      }
    }
  }

  /** {@code -Dhealing.nightly=true}: ten thousand files and as many lines. */
  private static final int MUTATIONS = Boolean.getBoolean("healing.nightly") ? 10 : 1;

  private static void reads(String bad) {
    MemoryStore store = new MemoryStore();
    store.documents.put(JsonKnowledgeBase.FILE, bad);
    store.lines.put(JsonKnowledgeBase.OLD_JOURNAL, new ArrayList<>(List.of(bad)));
    JsonKnowledgeBase reader = Samples.open(store);
    assertThat(confidence(reader).value()).isBetween(0.0, Confidence.MAX);
    reader.record(List.of(receipt("/var", ActionId.CLEAN_DISK, Outcome.HEALED)));
    reader.record(List.of(receipt("/var", ActionId.GARBAGE_COLLECT, Outcome.FAILED)));
    reader.ended(List.of(Samples.ended("/var", Samples.NOW, IncidentStatus.HEALED)));
    assertThat(reader.patterns()).hasSizeLessThan(100);
    Duration most = Duration.ofMinutes(2);
    assertThat(reader.selfRecovery(disk("/var"), Duration.ZERO, most).orElseThrow().patience())
        .isBetween(Duration.ZERO, most);
    assertThat(confidence(reader).value()).isBetween(0.0, Confidence.MAX);
    try {
      assertThat(reader.adopt(bad, "seed")).isNotEmpty();
    } catch (HealingException e) {
      assertThat(e).hasMessageContaining("seed");
    }
    reader.close();
    assertThat(Samples.open(store).problems()).isEmpty();
  }

  @Provide
  Arbitrary<String> scraps() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            "null",
            "-1",
            "9223372036854775807",
            "1e999",
            "{",
            "}",
            "[",
            "\"",
            ",",
            ":",
            "[{}]"),
        Arbitraries.strings().ofMaxLength(5));
  }
}
