package dev.healing.core;

import com.google.common.collect.EvictingQueue;
import dev.healing.api.ActionId;
import dev.healing.api.Benefit;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.core.guard.SafetyGuards;
import dev.healing.core.journal.Intent;
import dev.healing.core.journal.Question;
import dev.healing.spi.Detector;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The incidents: all that are open, and the last ones that were closed.
 *
 * <p>Of each problem one is open, and beside it those that somebody opened with a validator of
 * their own, such as opportunities: they are about the same, but seen with other eyes.
 */
final class Incidents {
  private static final int CLOSED_KEPT = 100;

  /** Of what began lately, open or not. */
  private static final int BEGUN_KEPT = 100;

  private final TimeSource time;
  private final Chronicle chronicle;
  private final Predicate<IssueType> treated;
  private final Map<String, Tracked> open = new LinkedHashMap<>(); // by id, in order of opening
  private final Map<Fingerprint, Tracked> ofProblem = new HashMap<>();
  private final EvictingQueue<Incident> closed = EvictingQueue.create(CLOSED_KEPT);
  private final EvictingQueue<Tracked> begun = EvictingQueue.create(BEGUN_KEPT);
  private final LeftAloneLately leftAlone = new LeftAloneLately();
  private long lastIdMillis;
  private int unrelated = -1; // counted when it is asked for

  /**
   * None yet.
   *
   * @param treated whether there is an action for issues of a type
   */
  Incidents(TimeSource time, Chronicle chronicle, Predicate<IssueType> treated) {
    this.time = time;
    this.chronicle = chronicle;
    this.treated = treated;
  }

  Collection<Tracked> open() {
    return open.values();
  }

  /**
   * Whether anything could be tried about it, as far as is known. If not it is for a person, and no
   * reason to keep anything else from being healed.
   */
  boolean isTreated(Tracked incident) {
    return treated.test(incident.issue.type()) && incident.helplessSinceNanos == null;
  }

  /**
   * How many began lately, are serious, could be treated and are no human's yet, and, as far as we
   * know, no symptom of another.
   */
  int unrelated() {
    if (open.isEmpty()) {
      return 0;
    }
    if (unrelated < 0) {
      Optional<String> storm = open.values().stream().filter(Storm::is).map(i -> i.id).findFirst();
      unrelated =
          (int)
              open.values().stream()
                  .filter(incident -> incident.validator.isEmpty() && !Storm.is(incident))
                  .filter(i -> i.cause == null || storm.filter(i.cause::equals).isPresent())
                  .filter(incident -> incident.issue.severity().compareTo(Severity.HIGH) >= 0)
                  .filter(incident -> there(incident).compareTo(Storm.WITHIN) < 0)
                  .filter(incident -> incident.status != IncidentStatus.ESCALATED)
                  .filter(incident -> isTreated(incident) && !isTheirs(incident))
                  .count();
    }
    return unrelated;
  }

  /** Also before anything is decided about it after a restart. */
  private boolean isTheirs(Tracked incident) {
    return incident.handedOver
        || isRejected(incident)
        || incident.validator.isEmpty()
            && chronicle.journal().problems().handedOver(incident.fingerprint);
  }

  private boolean isRejected(Tracked incident) {
    return incident.validator.isEmpty()
        && chronicle.journal().problems().rejected(incident.fingerprint);
  }

  /** Problems that began after this, open or not, oldest first: of many the newest. */
  Stream<Tracked> begunAfter(Instant at) {
    return begun.stream().filter(incident -> incident.since.isAfter(at));
  }

  /** Severities and causes may have changed. */
  void triaged() {
    unrelated = -1;
  }

  /** The one of this problem. */
  Optional<Tracked> find(Fingerprint problem) {
    return Optional.ofNullable(ofProblem.get(problem));
  }

  /**
   * The one that somebody opened with a validator, to have only this action considered; of a
   * problem none that is worth doing, and the other way around.
   */
  Optional<Tracked> find(Issue issue, Optional<ActionId> asked) {
    Fingerprint problem = issue.fingerprint();
    return open.values().stream()
        .filter(incident -> incident.validator.isPresent())
        .filter(incident -> incident.issue.isOpportunity() == issue.isOpportunity())
        .filter(incident -> incident.fingerprint.equals(problem) && incident.asked.equals(asked))
        .findFirst();
  }

  /** The one that a detector means by this issue; a validator means only its own. */
  Optional<Tracked> meant(String detector, Issue issue) {
    Fingerprint problem = issue.fingerprint();
    return detector.startsWith(Tracked.VALIDATOR)
        ? open.values().stream()
            .filter(incident -> incident.reportedBy().equals(detector))
            .filter(incident -> incident.fingerprint.equals(problem))
            .findFirst()
        : find(problem);
  }

  /** What it is a symptom of, while that is open. */
  Optional<Tracked> causeOf(Tracked symptom) {
    return symptom.cause == null ? Optional.empty() : Optional.ofNullable(open.get(symptom.cause));
  }

  /** Of whatever has no validator of its own it is a problem, whatever its numbers are called. */
  Tracked open(Issue found, Optional<String> reporter, Optional<Detector> validator) {
    Issue issue = validator.isEmpty() ? Benefit.problem(found) : found;
    // Unique also when the clock stands still or is set back.
    lastIdMillis = Math.max(lastIdMillis + 1, issue.detectedAt().toEpochMilli());
    String fresh = issue.fingerprint().hash() + "-" + Long.toString(lastIdMillis, 36);
    // What a person was asked before a restart is asked still; what they rejected is theirs.
    Optional<Question> asked =
        validator.isEmpty()
            ? chronicle.journal().problems().askedOrRejected(issue.fingerprint())
            : Optional.empty();
    String id = asked.map(Question::incident).orElse(fresh);
    Instant firstSeen = asked.map(Question::firstSeen).orElse(issue.detectedAt());
    Tracked incident = new Tracked(id, issue, firstSeen, reporter, validator);
    incident.attemptsMade = asked.map(Question::attempts).orElse(0);
    incident.openedNanos = time.monotonicNanos();
    incident.seenNanos = incident.openedNanos;
    if (isTheirs(incident)) { // and who was told so is not told again
      incident.status = IncidentStatus.ESCALATED;
      incident.note = isRejected(incident) ? SafetyGuards.REJECTED : "handed over to a human";
    }
    add(incident);
    if (validator.isEmpty()) { // else nothing is wrong: somebody has found something worth doing
      begun.add(incident);
      chronicle.tell(
          Event.Kind.INCIDENT_OPENED,
          issue.severity() + " " + issue.type() + ": " + issue.description(),
          incident);
    }
    return incident;
  }

  /**
   * An incident whose action was under way when the engine was ended, and its validator with it.
   */
  Tracked restore(Intent intent, Optional<String> reporter) {
    Tracked incident =
        new Tracked(
            intent.incident(), intent.issue(), intent.detectedAt(), reporter, Optional.empty());
    incident.openedNanos = time.monotonicNanos();
    add(incident);
    return incident;
  }

  private void add(Tracked incident) {
    open.putIfAbsent(incident.id, incident);
    if (incident.isTheProblems()) {
      ofProblem.putIfAbsent(incident.fingerprint, incident);
    }
    unrelated = -1;
  }

  /** Problems that a person rejected or was given, and that nobody reports, are over. */
  void forgetTheirs(Predicate<IssueType> reported) {
    for (Fingerprint problem : chronicle.journal().problems().theirs()) {
      if (find(problem).isEmpty() && reported.test(problem.type())) {
        chronicle.journal().problems().over(problem);
      }
    }
  }

  /** What was asked before a restart about a problem that nobody reports need not be answered. */
  void forgetQuestions(Predicate<IssueType> reported) {
    for (Question question : chronicle.journal().problems().questions()) {
      if (find(question.problem()).isEmpty() && reported.test(question.issue().type())) {
        Tracked over =
            new Tracked(
                question.incident(),
                question.issue(),
                question.firstSeen(),
                Optional.empty(),
                Optional.empty());
        unasked(over, "the issue is not reported any more");
      }
    }
  }

  /** Nobody need answer any more what was asked about a problem, and whoever was told hears so. */
  void unasked(Tracked incident, String why) {
    if (!incident.isTheProblems()) {
      return;
    }
    chronicle
        .journal()
        .problems()
        .answered(incident.fingerprint)
        .ifPresent(
            question ->
                chronicle.tell(
                    Event.Kind.CONFIRMATION_OVER,
                    "no answer is needed any more to "
                        + question.confirmation()
                        + ", to "
                        + question.step()
                        + ": "
                        + why,
                    incident));
  }

  /** One to reason about that is not kept, as if it was asked for on this word. */
  Tracked probe(Issue issue, Origin origin) {
    Tracked probe = new Tracked(issue.id(), issue, time.now(), Optional.empty(), Optional.empty());
    probe.requests.add(Tracked.Request.on(origin, Optional.empty()));
    find(issue.fingerprint()).ifPresent(known -> probe.attempts.addAll(known.attempts));
    return probe;
  }

  /** Has it learned that it passed by itself. */
  void passed(Tracked incident) {
    chronicle.passed(
        new Recovery(incident.fingerprint, incident.firstSeen, time.now(), there(incident)));
  }

  private Duration there(Tracked incident) {
    return Duration.ofNanos(time.monotonicNanos() - incident.openedNanos);
  }

  /** For how long this problem was left alone within the last hour, before it came back. */
  Duration leftAlone(Fingerprint problem) {
    return leftAlone.of(problem, time.monotonicNanos());
  }

  /** Ends it. */
  void close(Tracked incident, IncidentStatus status, String note) {
    incident.status = status;
    incident.note = note;
    incident.closedAt = time.now();
    if (incident.validator.isEmpty() && status != IncidentStatus.ESCALATED) {
      chronicle.journal().problems().over(incident.fingerprint);
    }
    if (status == IncidentStatus.SELF_RECOVERED) {
      leftAlone.add(incident.fingerprint, there(incident), time.monotonicNanos());
    }
    open.remove(incident.id, incident);
    ofProblem.remove(incident.fingerprint, incident);
    unrelated = -1;
    unasked(incident, note);
    Incident snapshot = incident.snapshot();
    closed.add(snapshot);
    if (incident.seen && incident.validator.isEmpty() && incident.cause == null) {
      chronicle.closed(snapshot); // a problem of its own, and not somebody's word alone
    }
    if (incident.validator.isPresent() && status == IncidentStatus.ESCALATED
        || incident.issue.isOpportunity()) {
      return; // who has found it was answered, and nobody else need know
    }
    chronicle.tell(
        status == IncidentStatus.ESCALATED ? Event.Kind.ESCALATED : Event.Kind.INCIDENT_CLOSED,
        (incident.unknown().isPresent() && status == IncidentStatus.SELF_RECOVERED
                ? "RECOVERED"
                : status)
            + " "
            + incident.issue.type()
            + " "
            + String.join(", ", incident.issue.components())
            + ": "
            + note,
        incident);
  }

  /**
   * Hands it over to a human.
   *
   * @param why also what the actions said that had nothing to offer: that is evidence
   */
  void escalate(Tracked incident, String why) {
    if (incident.status != IncidentStatus.ESCALATED) {
      incident.status = IncidentStatus.ESCALATED;
      unrelated = -1;
      chronicle.tell(
          Event.Kind.ESCALATED,
          "for a human: " + incident.issue.description() + ": " + why,
          incident);
    }
  }

  /** Notes a decision. Says whether it is another than before. */
  boolean decided(Tracked incident, Decision decision) {
    incident.decision = decision;
    String reason = decision.verdict().reason();
    boolean unsaid = isRejected(incident) && !reason.contains(SafetyGuards.REJECTED);
    boolean ours = incident.origin() == Origin.AUTOMATIC;
    incident.note = (unsaid && ours ? SafetyGuards.REJECTED + "; " : "") + reason;
    boolean something = !decision.plan().empty();
    if (incident.status == IncidentStatus.ESCALATED && !isTheirs(incident) && something) {
      incident.status = IncidentStatus.OPEN;
      unrelated = -1;
    }
    String action = decision.plan().empty() ? "" : decision.plan().next().action().id().name();
    String key = action + " " + decision.verdict().kind() + " " + SafetyGuards.decisive(decision);
    boolean changed = !key.equals(incident.decisionKey);
    boolean proceed = decision.verdict().kind() == Verdict.Kind.PROCEED;
    incident.decisionKey = key;
    if (changed || proceed) {
      chronicle.decided(incident, decision);
    }
    if (changed && !proceed) {
      chronicle.tell(
          Event.Kind.DECIDED,
          (action.isEmpty() ? "nothing to do" : action)
              + " for "
              + incident.issue.type()
              + " "
              + String.join(", ", incident.issue.components())
              + ": "
              + decision.verdict().kind()
              + ", "
              + decision.verdict().reason(),
          incident);
    }
    return changed;
  }

  /** Tells whoever asked that nothing is done. */
  void notDone(Tracked incident, String why) {
    if (incident.requests.isEmpty()) {
      return;
    }
    answer(incident, incident.notAttempted(time.now(), why));
  }

  /** Tells whoever asked what came of it, when that is durable. */
  void answer(Tracked incident, Receipt receipt) {
    List<Tracked.Request> answered = List.copyOf(incident.requests);
    incident.requests.clear();
    chronicle.afterwards(() -> answered.forEach(request -> request.answer().complete(receipt)));
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

  /**
   * The open one with this id, or the only one whose id begins so.
   *
   * @throws HealingException if there is none, or several
   */
  Tracked openNamed(String idOrPrefix) {
    String id =
        named(idOrPrefix, open.values().stream().map(Tracked::snapshot).toList())
            .orElseThrow(
                () ->
                    new HealingException(
                        "no open incident '" + idOrPrefix + "': 'issues' lists the open ones"))
            .id();
    return Objects.requireNonNull(open.get(id));
  }
}
