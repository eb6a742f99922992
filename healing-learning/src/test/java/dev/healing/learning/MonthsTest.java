package dev.healing.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.healing.api.ActionId;
import dev.healing.api.IncidentStatus;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MonthsTest {
  private final MemoryStore store = new MemoryStore();
  private final JsonKnowledgeBase base = Samples.open(store);

  private static Receipt attempt(String mount, Instant at, Origin origin, Outcome outcome) {
    return new Receipt(
        "r" + at,
        "i",
        IssueType.DISK_FULL,
        new TreeSet<>(List.of(mount)),
        ActionId.CLEAN_DISK,
        mount,
        origin,
        outcome,
        at,
        Optional.of(at.plusSeconds(1)),
        at.plusSeconds(10),
        new TreeMap<>(),
        new TreeMap<>(),
        0.5,
        List.of("delete"),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "");
  }

  private void ended(String mount, Instant at, IncidentStatus how, Receipt... attempts) {
    base.record(List.of(attempts));
    base.ended(List.of(Samples.ended(mount, at, how, attempts)));
  }

  private void healed(String mount, Instant at, Origin origin) {
    ended(mount, at, IncidentStatus.HEALED, attempt(mount, at, origin, Outcome.HEALED));
  }

  private static JsonNode months(JsonKnowledgeBase of) {
    return new JsonMapper().readTree(of.export()).path("months");
  }

  @Test
  void eachMonthTellsWhatCameOfItsIncidents() {
    Instant october = Instant.parse("2026-10-30T12:00:00Z");
    Instant november = Instant.parse("2026-11-02T12:00:00Z");
    healed("/a", october, Origin.AUTOMATIC);
    healed("/b", october, Origin.APPROVED);
    healed("/a", november, Origin.AUTOMATIC);
    ended("/c", november, IncidentStatus.SELF_RECOVERED);
    ended(
        "/d",
        november,
        IncidentStatus.ESCALATED,
        attempt("/d", november, Origin.AUTOMATIC, Outcome.UNCHANGED));

    for (JsonKnowledgeBase known : List.of(base, Samples.open(store))) {
      JsonNode all = months(known);
      assertThat(all).hasSize(2);
      assertThat(all.path(0).path("month").asString()).isEqualTo("2026-10");
      assertThat(all.path(0).path("incidents").asInt()).isEqualTo(2);
      assertThat(all.path(0).path("recurrenceRate").asDouble()).isZero();
      assertThat(all.path(0).path("unattendedRate").asDouble()).isEqualTo(0.5);
      assertThat(all.path(0).path("timeToHealSeconds").asDouble()).isEqualTo(20);
      assertThat(all.path(1).path("incidents").asInt()).isEqualTo(3);
      assertThat(all.path(1).path("recurrenceRate").asDouble()).isCloseTo(1 / 3.0, within(1e-6));
      assertThat(all.path(1).path("selfRecovered").asInt()).isEqualTo(1);
      assertThat(all.path(1).path("unattendedRate").asDouble()).isCloseTo(2 / 3.0, within(1e-6));
    }
    base.close();
    assertThat(months(Samples.open(store))).isEqualTo(months(base));
    assertThat(Samples.open(store).problems()).isEmpty();
  }

  @Test
  void aHealThatDidNotHoldIsFalse() {
    Instant at = Instant.parse("2026-11-01T00:00:00Z");
    for (int i = 0; i < 20; i++) {
      healed("/a", at.plus(Duration.ofHours(24L * i)), Origin.AUTOMATIC);
    }
    double before = months(base).path(0).path("falseHealRate").asDouble();
    Instant last = at.plus(Duration.ofHours(24 * 20));
    for (int i = 0; i < 3; i++) { // back after minutes
      healed("/a", last.plusSeconds(300L * i), Origin.AUTOMATIC);
    }
    double after = months(base).path(0).path("falseHealRate").asDouble();
    assertThat(before).isLessThan(0.01);
    assertThat(after).isGreaterThan(before).isLessThan(1);
    assertThat(months(base).path(0).path("recurrenceRate").asDouble())
        .isCloseTo(22 / 23.0, within(1e-6));
  }

  @Test
  void twoYearsAreKept() {
    Instant at = Instant.parse("2026-01-15T00:00:00Z");
    for (int month = 0; month < 30; month++) {
      healed("/a", at.plus(Duration.ofDays(30L * month)), Origin.AUTOMATIC);
    }
    assertThat(months(base)).hasSize(Months.MOST);
    // A clock that was years ahead is forgotten once it is right again.
    healed("/a", Instant.parse("2099-01-01T00:00:00Z"), Origin.AUTOMATIC);
    healed("/a", at.plus(Duration.ofDays(900)), Origin.AUTOMATIC);
    assertThat(base.export()).doesNotContain("2099-01\"");
  }
}
