package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Pattern;
import dev.healing.api.Receipt;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Incidents in simulated time, each healed by the same action, told as a host tells them. */
final class Calendar implements TimeSource {
  static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final IssueType TYPE = IssueType.of("service_failed");

  private record Come(String unit, double hours) {}

  final MemoryStore store = new MemoryStore();
  private final List<Come> all = new ArrayList<>();
  private Instant now = BEGIN;
  private JsonKnowledgeBase base = open();
  private int receipts;

  private JsonKnowledgeBase open() {
    return new JsonKnowledgeBase(store, this, 1_000, JsonKnowledgeBase.LEAST_LINES);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long monotonicNanos() {
    return 0;
  }

  @Override
  public String bootId() {
    return "boot";
  }

  static Fingerprint of(String unit) {
    return Fingerprint.of(TYPE, List.of(unit));
  }

  static Instant at(double hours) {
    return BEGIN.plusMillis(Math.round(hours * 3_600_000));
  }

  /** It comes so many hours after the begin. */
  Calendar comes(String unit, double hours) {
    all.add(new Come(unit, hours));
    return this;
  }

  /** It comes at random, once in so many hours. */
  Calendar comesAtRandom(String unit, double everyHours, double until, SplittableRandom random) {
    for (double at = gap(everyHours, random); at < until; at += gap(everyHours, random)) {
      comes(unit, at);
    }
    return this;
  }

  static double gap(double mean, SplittableRandom random) {
    return -mean * Math.log1p(-random.nextDouble());
  }

  /** Has the knowledge base learn all that has come until then, and gives what it finds. */
  List<Pattern> patterns(double untilHours) {
    all.sort(Comparator.comparing(Come::hours));
    while (!all.isEmpty() && all.get(0).hours() <= untilHours) {
      Come one = all.remove(0);
      now = at(one.hours()).plusSeconds(30);
      base.record(List.of(receipt(one.unit(), one.hours())));
    }
    now = at(untilHours);
    return base.patterns();
  }

  /** What is more than a count. */
  List<Pattern> claims(double untilHours) {
    return patterns(untilHours).stream()
        .filter(pattern -> pattern.kind() != Pattern.Kind.RECURRING)
        .toList();
  }

  /** Reads everything again from its files. */
  Calendar reopened() {
    base.close();
    base = open();
    return this;
  }

  private Receipt receipt(String unit, double hours) {
    Instant at = at(hours);
    return new Receipt(
        "r" + receipts++,
        "i",
        TYPE,
        new TreeSet<>(List.of(unit)),
        ActionId.RESTART_SERVICE,
        unit,
        Origin.AUTOMATIC,
        Outcome.HEALED,
        at,
        Optional.of(at.plusSeconds(1)),
        at.plus(Duration.ofSeconds(30)),
        new TreeMap<>(),
        new TreeMap<>(),
        0.5,
        List.of("restart it"),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "");
  }
}
