package dev.healing.runner.http;

import dev.healing.api.Event;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Receipt;
import dev.healing.spi.Listener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts what happened since the daemon was started, as Prometheus wants it: it knows by itself
 * that counters begin anew with a process, and what was before is in {@code history}. Safe for
 * several threads.
 */
final class Tally implements Listener {
  /** So many kinds of a label are told apart; the others are {@code other}. */
  static final int MOST_NAMES = 100;

  private static final String OTHER = "other";
  private static final double[] SECONDS = {1, 2.5, 5, 10, 30, 60, 300, 900, 3_600};

  private final Map<String, String> types = new TreeMap<>();
  private final Map<String, String> actions = new TreeMap<>();
  private final Map<List<String>, Long> incidents = new LinkedHashMap<>();
  private final Map<List<String>, Long> closed = new LinkedHashMap<>();
  private final Map<List<String>, Long> attempts = new LinkedHashMap<>();
  private final long[] healedWithin = new long[SECONDS.length];
  private long healed;
  private double healingSeconds;
  private long escalated;

  @Override
  public synchronized void on(Event event) {
    event.incident().ifPresent(incident -> count(event.kind(), incident));
  }

  private void count(Event.Kind kind, Incident incident) {
    String type = bounded(types, incident.issue().type().name());
    switch (kind) {
      case INCIDENT_OPENED ->
          add(incidents, "type", type, "severity", incident.issue().severity().name());
      case ACTION_FINISHED -> finished(incident.attempts());
      case ESCALATED -> escalated++;
      case INCIDENT_CLOSED -> {
        add(closed, "type", type, "status", incident.status().name());
        if (incident.status() == IncidentStatus.HEALED) {
          incident.closedAt().ifPresent(at -> healed(Duration.between(incident.firstSeen(), at)));
        }
      }
      default -> {}
    }
  }

  private void finished(List<Receipt> receipts) {
    if (!receipts.isEmpty()) {
      Receipt last = receipts.get(receipts.size() - 1);
      String action = bounded(actions, last.action().name());
      add(attempts, "action", action, "outcome", last.outcome().name());
    }
  }

  private void healed(Duration took) {
    double seconds = Math.max(0, took.toMillis() / 1_000.0);
    healed++;
    healingSeconds += seconds;
    for (int i = 0; i < SECONDS.length; i++) {
      healedWithin[i] += seconds <= SECONDS[i] ? 1 : 0;
    }
  }

  private static String bounded(Map<String, String> known, String name) {
    return known.size() < MOST_NAMES
        ? known.computeIfAbsent(name, n -> n)
        : known.getOrDefault(name, OTHER);
  }

  private static void add(Map<List<String>, Long> counts, String... labels) {
    counts.merge(List.of(labels), 1L, Long::sum);
  }

  synchronized void write(Exposition to) {
    to.counter("healing_incidents_total", "Problems that were noticed.", points(incidents));
    to.counter("healing_incidents_closed_total", "Problems that are over, by how.", points(closed));
    to.counter(
        "healing_escalations_total",
        "Problems that were handed over to a person.",
        List.of(Exposition.Point.of(escalated)));
    to.counter(
        "healing_actions_total", "Attempts to heal, by what came of them.", points(attempts));
    Map<Double, Long> upTo = new TreeMap<>();
    for (int i = 0; i < SECONDS.length; i++) {
      upTo.put(SECONDS[i], healedWithin[i]);
    }
    to.histogram(
        "healing_time_to_heal_seconds",
        "From when a problem was first seen to when it was seen to be healed.",
        upTo,
        healed,
        healingSeconds);
  }

  private static List<Exposition.Point> points(Map<List<String>, Long> counts) {
    List<Exposition.Point> points = new ArrayList<>();
    counts.forEach((labels, count) -> points.add(new Exposition.Point(labels, count)));
    return points;
  }
}
