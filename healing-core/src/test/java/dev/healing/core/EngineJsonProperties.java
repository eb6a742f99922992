package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionId;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.core.journal.Intent;
import dev.healing.core.journal.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written in JSON is read back as it was. */
class EngineJsonProperties {
  private static final String NAME = "abcdefghijklmnopqrstuvwxyz0123456789_-";

  @Property(tries = 300)
  void anIssueComesBackAsItWas(@ForAll("issues") Issue issue) {
    assertThat(Json.issue(Json.parse(EngineJson.issue(issue).toString()))).isEqualTo(issue);
  }

  @Property(tries = 300)
  void aReceiptComesBackAsItWas(@ForAll("receipts") Receipt receipt) {
    assertThat(EngineJson.receipt(Json.parse(EngineJson.receipt(receipt).toString())))
        .isEqualTo(receipt);
  }

  @Property
  void whatIsNoObjectIsRefused(@ForAll String text) {
    try {
      Json.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("JSON object");
    }
  }

  @Example
  void nearMissesAreRefused() {
    for (String text : List.of("", "1", "[]", "null", "{", "{\"a\":}")) {
      assertThatThrownBy(() -> Json.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Example
  void theShapesAreThoseOfTheJavadoc() {
    Instant at = Instant.parse("2026-01-01T00:00:00Z");
    Intent intent = Given.intent("abc-1.1", at, Given.RESTART, "web.service");
    assertThat(EngineJson.issue(intent.issue()).propertyNames())
        .containsExactly(
            "id",
            "type",
            "severity",
            "description",
            "components",
            "fingerprint",
            "metrics",
            "detectedAt");
    Receipt receipt = Given.receipt(intent, Outcome.HEALED, at);
    assertThat(EngineJson.receipt(receipt).propertyNames())
        .containsExactly(
            "id",
            "incident",
            "fingerprint",
            "type",
            "components",
            "actions",
            "target",
            "origin",
            "outcome",
            "detectedAt",
            "startedAt",
            "finishedAt",
            "before",
            "after",
            "confidence",
            "reason",
            "steps",
            "circumstances");
    assertThat(EngineJson.receipt(receipt).path("actions").toString())
        .isEqualTo("[\"restart_service\"]");
    assertThat(EngineJson.receipt(receipt).path("detectedAt").asString())
        .isEqualTo("2026-01-01T00:00:00Z");
    Receipt notStarted = Given.receipt(intent, Outcome.NOT_ATTEMPTED, at);
    assertThat(EngineJson.receipt(notStarted).has("startedAt")).isFalse();
  }

  @Provide
  Arbitrary<Issue> issues() {
    return Combinators.combine(
            Arbitraries.strings(),
            instants(),
            names(),
            Arbitraries.of(Severity.class),
            Arbitraries.strings(),
            numbers(),
            Arbitraries.strings().set().ofMinSize(1).ofMaxSize(4),
            Arbitraries.strings().set().ofMaxSize(3))
        .as(
            (id, at, type, severity, text, metrics, components, explains) ->
                new Issue(
                    id,
                    at,
                    IssueType.of(type),
                    severity,
                    text,
                    new TreeMap<>(metrics),
                    new TreeSet<>(components),
                    Set.copyOf(explains)));
  }

  @Provide
  Arbitrary<Receipt> receipts() {
    return Combinators.combine(
            issues(),
            names(),
            Arbitraries.strings(),
            Arbitraries.of(Origin.class),
            Arbitraries.of(Outcome.class),
            instants().optional(),
            numbers(),
            Arbitraries.strings().list().ofMaxSize(4))
        .as(
            (issue, action, text, origin, outcome, started, after, steps) ->
                receipt(issue, action, text, origin, outcome, started, after, steps));
  }

  private static Receipt receipt(
      Issue issue,
      String action,
      String text,
      Origin origin,
      Outcome outcome,
      Optional<Instant> started,
      Map<String, Double> after,
      List<String> steps) {
    return new Receipt(
        issue.id() + ".1",
        issue.id(),
        issue.type(),
        issue.components(),
        ActionId.of(action),
        text,
        origin,
        outcome,
        issue.detectedAt(),
        started,
        issue.detectedAt(),
        issue.metrics(),
        new TreeMap<>(after),
        0.25,
        steps,
        steps,
        new TreeMap<>(after),
        steps,
        text);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings()
        .withChars(NAME)
        .ofMinLength(0)
        .ofMaxLength(63)
        .map(rest -> "a" + rest);
  }

  private static Arbitrary<Instant> instants() {
    return Arbitraries.longs()
        .between(0, 4_000_000_000_000_000_000L)
        .map(nanos -> Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000));
  }

  private static Arbitrary<Map<String, Double>> numbers() {
    return Arbitraries.maps(Arbitraries.strings(), Arbitraries.doubles()).ofMaxSize(4);
  }
}
