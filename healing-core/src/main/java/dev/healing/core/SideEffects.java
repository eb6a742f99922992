package dev.healing.core;

import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.core.calls.PluginFaults;
import dev.healing.core.journal.Intent;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What began while something was done, and may come from it: for the receipt. Nobody can know; so
 * whatever else may have begun it is named with it. Belongs to the engine's thread.
 */
final class SideEffects {
  private static final int MOST = 5;
  private static final int LONGEST_TOLD = 200;

  private final Incidents incidents;
  private final OwnActions own;

  SideEffects(Incidents incidents, OwnActions own) {
    this.incidents = incidents;
    this.own = own;
  }

  /** One line each. Not of what was under way at a crash: all that is there was then seen anew. */
  List<String> of(Tracked treated, Attempt attempt) {
    return attempt.leftOver
        ? List.of()
        : incidents
            .begunAfter(attempt.intent.at())
            .filter(other -> !other.fingerprint.equals(treated.fingerprint))
            .filter(other -> other.cause == null && !Triage.isOurs(other))
            .filter(other -> !other.reportedBy().equals(PluginFaults.REPORTER))
            .map(other -> told(other, attempt.intent))
            .distinct()
            .limit(MOST)
            .toList();
  }

  /**
   * Since when it is so, where systemd says: a unit that has failed was seen only after it had.
   * What is wrong with another began at a time of its own.
   */
  static Optional<Instant> since(Issue issue, HostState state) {
    return issue.components().stream()
        .map(state.units()::get)
        .filter(unit -> unit != null && unit.failed())
        .flatMap(unit -> unit.changedAt().stream())
        .filter(changed -> changed.isBefore(issue.detectedAt()))
        .max(Comparator.naturalOrder());
  }

  /** With whatever else may have begun it. */
  private String told(Tracked begun, Intent intent) {
    String text = begun.issue.type() + " " + String.join(" ", begun.issue.components());
    String others =
        own.beside(intent, begun.since).stream()
            .map(other -> other.action() + " " + other.target())
            .distinct()
            .sorted()
            .collect(Collectors.joining(" or "));
    String orBy =
        others.isEmpty() ? "" : " (or by " + shortened(others, LONGEST_TOLD / 2 - 9) + ")";
    return shortened(text, LONGEST_TOLD - orBy.length()) + orBy;
  }

  private static String shortened(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}
