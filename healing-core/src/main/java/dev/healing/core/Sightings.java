package dev.healing.core;

import static dev.healing.api.Origin.AUTOMATIC;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.calls.PluginFaults;
import dev.healing.core.guard.Settings;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.watch.Observation;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a look tells of the incidents: which are new, still there, gone or not to be seen; and so
 * what came of the actions that have settled.
 */
final class Sightings {
  private static final int BLIND_LOOKS = 5;

  /** What was rejected or handed over before a start and is not reported for so long is over. */
  private static final Duration OVER_AFTER = Duration.ofHours(1);

  /** What was asked before a start, and is not reported for so long, need not be answered. */
  private static final Duration MOOT_AFTER = Duration.ofMinutes(15);

  /** What an action could not heal is not called gone before it was not reported for so long. */
  private static final Duration DOUBTFUL = Duration.ofSeconds(10);

  /** Who has told of nothing but what was before an action for so long never looks anew. */
  static final Duration NEVER_ANEW = Duration.ofMinutes(15);

  /** Older than anything that is still concluded from. */
  private static final Duration OLDEST = Duration.ofDays(1);

  private final TimeSource time;
  private final Incidents incidents;
  private final Treatment treatment;
  private final Supplier<Settings> settings;
  private final Supplier<Plugins> plugins;
  private final long startedNanos;

  Sightings(
      TimeSource time,
      Incidents incidents,
      Treatment treatment,
      Supplier<Settings> settings,
      Supplier<Plugins> plugins) {
    this.time = time;
    this.incidents = incidents;
    this.treatment = treatment;
    this.settings = settings;
    this.plugins = plugins;
    this.startedNanos = time.monotonicNanos();
  }

  /**
   * Takes in what a look found.
   *
   * @param faults what is wrong with plugins, by {@code kind:name}
   */
  void take(Observation observation, Map<String, String> faults) {
    Set<Tracked> seen = new LinkedHashSet<>();
    int known = incidents.open().size();
    // As triage left it: whether what is new is a symptom of something is not known yet.
    Optional<Issue> storm =
        Storm.issue(
            incidents.unrelated(), settings.get().limits().storm(), observation.state().at());
    for (Map.Entry<String, Detection> one : observation.detections().entrySet()) {
      if (one.getValue().issues().isEmpty()) {
        continue; // nearly all of them, at each look
      }
      for (Issue issue : one.getValue().issues()) {
        sighted(one.getKey(), issue, observation, seen).ifPresent(seen::add);
      }
    }
    PluginFaults.issues(faults, observation.state().at())
        .forEach(i -> sighted(PluginFaults.REPORTER, i, observation, seen).ifPresent(seen::add));
    storm.flatMap(i -> sighted(PluginFaults.REPORTER, i, observation, seen)).ifPresent(seen::add);
    // What has begun is known before what came of the actions is concluded: it may be by them.
    List<Tracked> begun = incidents.open().stream().skip(known).toList();
    if (!begun.isEmpty()) {
      Triage.linkNew(begun, incidents.open(), observation.state().units(), incidents::isTreated);
    }
    for (Tracked incident : seen) {
      if (toBeValidated(incident, observation) && provesSomething(incident, incident.seenNanos)) {
        stillThere(incident, observation.state());
      }
    }
    Predicate<IssueType> reported =
        type ->
            plugins
                .get()
                .detectorOf(type)
                .filter(observation.detections()::containsKey)
                .isPresent();
    long sinceStart = time.monotonicNanos() - startedNanos;
    if (sinceStart > OVER_AFTER.toNanos()) {
      incidents.forgetTheirs(reported);
    }
    if (sinceStart > MOOT_AFTER.toNanos()) {
      incidents.forgetQuestions(reported);
    }
    for (Tracked incident : List.copyOf(incidents.open())) {
      if (!seen.contains(incident)) {
        if (blind(incident, observation)) {
          unseen(incident, observation);
        } else {
          gone(incident, observation);
        }
      }
    }
  }

  private Optional<Tracked> sighted(
      String detector, Issue issue, Observation observation, Set<Tracked> seen) {
    Optional<Tracked> known = incidents.meant(detector, issue);
    if (known.isEmpty() && detector.startsWith(Tracked.VALIDATOR)) {
      return known; // a validator tells of its own incident only
    }
    Tracked incident = known.orElseGet(() -> open(detector, issue, observation.state()));
    long evidenceNanos = observation.startedNanos() - olderThanTheLook(issue, observation);
    boolean less = issue.severity().compareTo(incident.issue.severity()) < 0;
    if (seen.contains(incident) && (less || evidenceNanos < incident.seenNanos)) {
      return Optional.of(incident); // another detector knows better
    }
    incident.sighted(issue, observation.state().at(), evidenceNanos);
    return Optional.of(incident);
  }

  private Tracked open(String detector, Issue issue, HostState state) {
    Tracked incident = incidents.open(issue, Optional.of(detector), Optional.empty());
    incident.since = SideEffects.since(issue, state).orElse(incident.firstSeen);
    return incident;
  }

  /** Whether it was measured after the action had settled. Who never does is not waited for. */
  private boolean provesSomething(Tracked incident, long evidenceNanos) {
    long due = incident.attempt().dueNanos;
    if (evidenceNanos < due && time.monotonicNanos() - due >= NEVER_ANEW.toNanos()) {
      treatment.concludeUnseen(incident);
    }
    return evidenceNanos >= due;
  }

  /** What was measured before this look tells nothing of what was done since. */
  private static long olderThanTheLook(Issue issue, Observation observation) {
    return bounded(Duration.between(issue.detectedAt(), observation.state().at()));
  }

  private static long bounded(Duration age) {
    boolean old = age.compareTo(OLDEST) > 0; // whatever a plugin has put there
    return age.isNegative() ? 0 : (old ? OLDEST : age).toNanos();
  }

  private boolean toBeValidated(Tracked incident, Observation observation) {
    return incident.phase() == Phase.SETTLING
        && observation.startedNanos() >= incident.attempt().dueNanos;
  }

  private void stillThere(Tracked incident, HostState now) {
    Validation validation = Validation.stillThere(incident.attempt(), incident.issue, now);
    treatment.conclude(incident, validation, incident.issue.metrics());
  }

  private void gone(Tracked incident, Observation observation) {
    Detection told = observation.detections().get(incident.reportedBy());
    long evidenceNanos = observation.startedNanos() - (told == null ? 0 : bounded(told.age()));
    switch (incident.phase()) {
      case SETTLING -> {
        if (toBeValidated(incident, observation) && provesSomething(incident, evidenceNanos)) {
          Attempt attempt = incident.attempt();
          Validation validation = Validation.gone(attempt);
          treatment.conclude(
              incident,
              validation,
              observation.measuredAgain(attempt.intent.issue(), incident.reportedBy()));
          if (validation.outcome() == Outcome.HEALED) {
            String how = incident.issue.isOpportunity() ? "done by " : "healed by ";
            incidents.close(incident, IncidentStatus.HEALED, how + attempt.intent.action());
          } else {
            incidents.close(incident, IncidentStatus.SELF_RECOVERED, validation.why());
          }
        }
      }
      case RUNNING -> {
        // It is looked at when the action has ended.
      }
      case IDLE, PREPARING, PREPARED, CONFIRMING -> {
        if (evidenceNanos < incident.seenNanos) {
          return; // it was reported while this look was under way, or later
        }
        long last = Math.max(incident.seenNanos, incident.freshAfterNanos);
        if (incident.lastFailure.isPresent() && evidenceNanos - last < DOUBTFUL.toNanos()) {
          return; // what dies again after each start is up in between: no news for a human yet
        }
        incident.lookedFor = true;
        boolean foundByProgram = !incident.requests.isEmpty() && incident.origin() == AUTOMATIC;
        if (incident.seen || !foundByProgram) { // what a program has found need not be seen by us
          String why =
              incident.seen
                  ? incident.issue.isOpportunity()
                      ? "it is not worth doing any more"
                      : Storm.is(incident) ? Storm.OVER : wentAway(incident)
                  : DryRun.notThere(incident.reportedBy());
          incidents.notDone(incident, why);
          if (incident.lastFailure.isPresent()) {
            // Not by itself, and the action knows better: a service may be up and still be sick.
            incidents.close(
                incident,
                IncidentStatus.ESCALATED,
                "no longer reported, but not well: " + incident.lastFailure.orElseThrow());
          } else {
            passed(incident);
            incidents.close(incident, IncidentStatus.SELF_RECOVERED, why);
          }
        }
      }
    }
  }

  private static String wentAway(Tracked incident) {
    return incident
        .unknown()
        .map(last -> "the issue is gone, whether by " + last.action() + " cannot be known")
        .orElse("the issue went away by itself");
  }

  /**
   * Has it learned that it passed by itself: if nothing was tried at it, nor at anything else while
   * it was there, which may have helped it as well.
   */
  private void passed(Tracked incident) {
    boolean leftAlone =
        incident.seen
            && incident.attemptsMade == 0
            && incident.validator.isEmpty()
            && !Storm.is(incident) // which may be over only because it has lasted
            && !incident.handedOver
            && treatment.lastStartNanos() < incident.openedNanos;
    if (leftAlone) {
      incidents.passed(incident);
    }
  }

  private static boolean blind(Tracked incident, Observation observation) {
    String reporter = incident.reportedBy();
    return !reporter.equals(PluginFaults.REPORTER)
        && observation.blind(reporter, incident.issue.components(), incident.seen);
  }

  private void unseen(Tracked incident, Observation observation) {
    incident.lastFailure = Optional.empty(); // whatever comes now has taken its own time
    boolean nobodyEverWill = incident.reportedBy().isEmpty();
    if (toBeValidated(incident, observation)) {
      Attempt attempt = incident.attempt();
      if (nobodyEverWill || ++attempt.blindLooks >= BLIND_LOOKS) {
        treatment.concludeUnseen(incident);
      } else {
        attempt.dueNanos = time.monotonicNanos() + settings.get().interval().toNanos();
      }
    }
    boolean first = !incident.lookedFor && observation.startedNanos() >= incident.seenNanos;
    incident.lookedFor |= first;
    boolean hopeless = first && incident.origin() != AUTOMATIC;
    if (!nobodyEverWill && (hopeless || ++incident.blindLooks >= BLIND_LOOKS)) {
      boolean waits = incident.phase() == Phase.IDLE || incident.phase() == Phase.CONFIRMING;
      if (waits) {
        incidents.notDone(
            incident,
            "nobody can tell whether it is there: " + incident.reportedBy() + " is blind");
      }
    }
    boolean over = incident.phase() == Phase.IDLE && incident.requests.isEmpty();
    if (over && !watched(incident)) {
      incidents.close(
          incident, IncidentStatus.ESCALATED, "no detector reports " + incident.issue.type());
    }
  }

  /** Whether anybody will ever look for it again. */
  boolean watched(Tracked incident) {
    return incident.validator.isPresent()
        || incident.reportedBy().equals(PluginFaults.REPORTER)
        || plugins.get().detectors().containsKey(incident.reportedBy());
  }
}
