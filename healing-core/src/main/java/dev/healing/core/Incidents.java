package dev.healing.core;

import com.google.common.collect.EvictingQueue;
import dev.healing.api.Detection;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.spi.TimeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The incidents: all that are open, by fingerprint, and the last ones that were closed. */
final class Incidents {
  private static final int CLOSED_KEPT = 100;

  private final TimeSource time;
  private final Map<Fingerprint, Tracked> open = new LinkedHashMap<>();
  private final EvictingQueue<Incident> closed = EvictingQueue.create(CLOSED_KEPT);
  private long lastIdMillis;

  Incidents(TimeSource time) {
    this.time = time;
  }

  Collection<Tracked> open() {
    return open.values();
  }

  Optional<Tracked> find(Fingerprint fingerprint) {
    return Optional.ofNullable(open.get(fingerprint));
  }

  Tracked open(Issue issue, Optional<String> reporter, Optional<Detector> validator) {
    // Unique also when the clock stands still or is set back.
    lastIdMillis = Math.max(lastIdMillis + 1, issue.detectedAt().toEpochMilli());
    String id = issue.fingerprint().hash() + "-" + Long.toString(lastIdMillis, 36);
    Tracked incident = new Tracked(id, issue, issue.detectedAt(), reporter, validator);
    open.put(incident.fingerprint, incident);
    return incident;
  }

  /** An incident whose action was under way when the engine was ended. */
  Tracked restore(Intent intent, Optional<String> reporter) {
    Tracked incident =
        new Tracked(
            intent.incident(), intent.issue(), intent.detectedAt(), reporter, Optional.empty());
    open.put(incident.fingerprint, incident);
    return incident;
  }

  /** One to reason about that is not kept. */
  Tracked probe(Issue issue) {
    Tracked probe = new Tracked(issue.id(), issue, time.now(), Optional.empty(), Optional.empty());
    find(issue.fingerprint()).ifPresent(known -> probe.attempts.addAll(known.attempts));
    return probe;
  }

  void close(Tracked incident) {
    open.remove(incident.fingerprint, incident);
    closed.add(incident.snapshot());
  }

  /** Open ones and the last closed ones, newest first. */
  List<Incident> snapshots() {
    List<Incident> all = new ArrayList<>(closed);
    open.values().forEach(incident -> all.add(incident.snapshot()));
    Collections.reverse(all);
    return all;
  }

  /**
   * The one with this id, or the only one whose id begins so.
   *
   * @throws HealingException if there are several
   */
  static Optional<Incident> named(String idOrPrefix, List<Incident> among) {
    List<Incident> matching =
        among.stream().filter(incident -> incident.id().startsWith(idOrPrefix)).toList();
    Optional<Incident> exact =
        matching.stream().filter(incident -> incident.id().equals(idOrPrefix)).findFirst();
    if (exact.isEmpty() && matching.size() > 1) {
      throw new HealingException(
          "incident '"
              + idOrPrefix
              + "' is ambiguous: expected one of "
              + String.join(", ", matching.stream().limit(5).map(Incident::id).toList()));
    }
    return exact.or(() -> matching.stream().findFirst());
  }

  /** Whether this look could not tell anything about an incident. */
  static boolean blind(Tracked incident, Observation observation) {
    String reporter = incident.reportedBy();
    if (reporter.equals(PluginFaults.REPORTER)) {
      return false;
    }
    Detection detection = observation.detections().get(reporter);
    return detection == null
        || detection.unreadable().stream()
            .anyMatch(u -> incident.issue.components().contains(u.what()));
  }

  /** The numbers of an issue as they are now, as far as they could be read. */
  static SortedMap<String, Double> measureAgain(Issue issue, HostState now) {
    SortedMap<String, Double> after = new TreeMap<>();
    for (String metric : issue.metrics().keySet()) {
      now.value(Metric.parse(metric)).ifPresent(value -> after.put(metric, value));
    }
    return after;
  }
}
