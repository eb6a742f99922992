package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.spi.TimeSource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Receipts and a time for tests. */
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  static final TimeSource TIME =
      new TimeSource() {
        @Override
        public Instant now() {
          return NOW;
        }

        @Override
        public long monotonicNanos() {
          return 0;
        }

        @Override
        public String bootId() {
          return "boot";
        }
      };

  private Samples() {}

  static Fingerprint disk(String mount) {
    return Fingerprint.of(IssueType.DISK_FULL, List.of(mount));
  }

  static Receipt receipt(String mount, ActionId action, Outcome outcome) {
    return new Receipt(
        "r1",
        "i1",
        IssueType.DISK_FULL,
        new TreeSet<>(Set.of(mount)),
        action,
        mount,
        Origin.AUTOMATIC,
        outcome,
        NOW,
        Optional.of(NOW),
        NOW,
        new TreeMap<>(),
        new TreeMap<>(),
        0.5,
        List.of("delete old logs"),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "done");
  }

  /** An incident that ended twenty seconds after it was seen. */
  static Incident ended(String mount, Instant at, IncidentStatus how, Receipt... attempts) {
    Issue issue =
        Issue.of(at, IssueType.DISK_FULL, Severity.HIGH, "full", Map.of(), List.of(mount));
    return new Incident(
        "i",
        disk(mount),
        issue,
        how,
        at,
        at,
        Optional.of(at.plusSeconds(20)),
        Optional.empty(),
        Optional.empty(),
        List.of(attempts),
        "");
  }

  static JsonKnowledgeBase open(MemoryStore store) {
    return new JsonKnowledgeBase(store, TIME, 10_000, JsonKnowledgeBase.LEAST_LINES);
  }
}
