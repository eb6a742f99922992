package dev.healing.core;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import dev.healing.api.ActionReport;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.Tracked.Proposed;
import dev.healing.core.calls.ActionRunner;
import dev.healing.core.calls.Inbox;
import dev.healing.core.journal.Intent;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * From a decision to a receipt: journal intent, execute, settle, and conclude with what validation
 * found.
 */
final class Treatment {
  /** What is done as soon as its intent is durable. */
  private record Start(Tracked incident, Proposed proposed, HostState state) {}

  private final TimeSource time;
  private final Inbox inbox;
  private final Chronicle chronicle;
  private final Incidents incidents;
  private final Refusals refusals;
  private final OwnActions own = new OwnActions();
  private final SideEffects sideEffects;
  private final ActionRunner runner;
  private final FlightRecorder recorder;
  private final Consumer<Tracked> reconsider;
  private final Runnable lookSoon;

  private final Lanes lanes = new Lanes();
  private final List<Start> toStart = new ArrayList<>();
  private final Map<Tracked, ActionRunner.Running> running = new LinkedHashMap<>();
  private final Map<String, String> faults = new LinkedHashMap<>();
  private ListMultimap<String, Tracked> dependents = ArrayListMultimap.create();
  private long nextDeadlineNanos = Long.MAX_VALUE;
  private long lastStartNanos = Long.MIN_VALUE;
  private long nextValidationNanos = Long.MAX_VALUE;

  /**
   * Treats incidents.
   *
   * @param reconsider is given incidents about which there is something to decide again
   * @param lookSoon is called when what was known of the host is no longer true
   */
  Treatment(
      HostContext host,
      Inbox inbox,
      Chronicle chronicle,
      Incidents incidents,
      Refusals refusals,
      OffSwitch offSwitch,
      Consumer<Tracked> reconsider,
      Runnable lookSoon) {
    this.time = host.time();
    this.inbox = inbox;
    this.chronicle = chronicle;
    this.incidents = incidents;
    this.refusals = refusals;
    this.sideEffects = new SideEffects(incidents, own);
    this.runner = new ActionRunner(host, offSwitch::paused);
    this.recorder = new FlightRecorder(host);
    this.reconsider = reconsider;
    this.lookSoon = lookSoon;
  }

  /** What is wrong with actions, by {@code action:name}. */
  Map<String, String> faults() {
    return faults;
  }

  /** Goes on with other actions: that those before do not end says nothing about them. */
  void startAnew() {
    faults.clear();
    running.keySet().forEach(incident -> incident.attempt().replaced = true);
  }

  /** The incidents about which an action for another says something, by its id. */
  void dependents(ListMultimap<String, Tracked> byCause) {
    dependents = byCause;
  }

  /** What was done before, newest first. */
  void recall(List<Receipt> receipts) {
    own.remember(receipts, time.now());
  }

  /** What we have done lately, and do. */
  List<OwnAction> ownActions() {
    return own.all();
  }

  boolean idle() {
    return running.isEmpty();
  }

  /** When anything was started last, in monotonic time. */
  long lastStartNanos() {
    return lastStartNanos;
  }

  /** Stops what runs, and holds that against no action. */
  void cancelAll(String why) {
    running.values().forEach(action -> action.cancel(why));
  }

  long nextDeadlineNanos() {
    return nextDeadlineNanos;
  }

  /** When something has settled and wants to be looked at again, in monotonic time. */
  long nextValidationNanos() {
    return nextValidationNanos;
  }

  /** Notes that a look was begun: what it validates is known when it has arrived. */
  void lookBegins() {
    nextValidationNanos = Long.MAX_VALUE;
  }

  /** Notes what still has to be validated after a look has arrived. */
  void lookArrived() {
    for (Tracked incident : incidents.open()) {
      if (incident.phase() == Phase.SETTLING) {
        nextValidationNanos = Math.min(nextValidationNanos, incident.attempt().dueNanos);
      }
    }
  }

  // ---------------------------------------------- journal intent → execute

  /** Takes the lane, or has the incident wait for it. */
  boolean takeLane(Tracked incident, String lane) {
    Optional<Tracked> before = lanes.take(lane, incident);
    before.ifPresent(
        holder -> {
          incident.note = "waits for lane " + lane + ", incident " + holder.id;
          makeWay(lane, holder, incident);
        });
    return before.isEmpty();
  }

  /** What is serious and cannot be done again is not kept waiting by what can. */
  private void makeWay(String lane, Tracked holder, Tracked waiting) {
    boolean urgent =
        waiting.issue.severity().compareTo(Severity.HIGH) >= 0
            && !waiting.proposed().remedy().description().idempotent();
    ActionRunner.Running inTheWay = running.get(holder);
    if (urgent && inTheWay != null && holder.holds(lane) && inTheWay.makeWay()) {
      holder.attempt().gaveWay = "it gave way to incident " + waiting.id + ": ";
    }
  }

  Lanes lanes() {
    return lanes;
  }

  /** Notes the intent; it is acted on in {@link #start}. */
  void intend(Tracked incident, Proposed proposed, HostState state) {
    Intent intent =
        Intent.of(
            incident.id + "." + ++incident.attemptsMade,
            incident.id,
            incident.issue,
            incident.firstSeen,
            proposed.remedy().description(),
            proposed.action().preview(),
            incident.origin(),
            proposed.plan().next().confidence().value(),
            circumstances(state),
            time.now());
    chronicle.journal().add(intent);
    incident.begins(
        Attempt.begun(intent, proposed.action().preview().lane(), state.health(), incident.seen));
    toStart.add(new Start(incident, proposed, state));
  }

  private static SortedMap<String, Double> circumstances(HostState state) {
    SortedMap<String, Double> read = new TreeMap<>();
    for (Metric metric : List.of(Metric.LOAD, Metric.GENERATION)) {
      state.value(metric).ifPresent(value -> read.put(metric.toString(), value));
    }
    return read;
  }

  /** What cannot be journalled is not done: made durable at once for all that is to be started. */
  void start() {
    if (toStart.isEmpty()) {
      return;
    }
    List<Start> starting = List.copyOf(toStart);
    toStart.clear();
    try {
      chronicle.commitIntents();
    } catch (HealingException e) {
      for (Start start : starting) {
        Tracked incident = start.incident();
        free(incident.attempt().lane, incident);
        incident.rests();
        incident.note = "not done, because it cannot be journalled";
        incidents.notDone(incident, "it cannot be journalled: " + e.getMessage());
      }
      return;
    }
    for (Start start : starting) {
      try {
        execute(start);
      } catch (RuntimeException e) {
        // Nothing runs: to start it is the last that is done. The others are begun none the less.
        own.ended(start.incident().attempt().intent, time.now());
        conclude(start.incident(), Outcome.NOT_ATTEMPTED, "nothing was done: " + reason(e));
      }
    }
  }

  /** In words, where it was meant to be read. */
  private static String reason(RuntimeException e) {
    return e instanceof HealingException
        ? Objects.toString(e.getMessage(), e.toString())
        : "the engine threw " + e;
  }

  private void execute(Start start) {
    Tracked incident = start.incident();
    Proposed proposed = start.proposed();
    Attempt attempt = incident.attempt();
    incident.status = IncidentStatus.HEALING;
    lastStartNanos = time.monotonicNanos();
    own.begun(attempt.intent, time.now());
    Duration limit = proposed.remedy().description().timeLimit();
    attempt.dueNanos = time.monotonicNanos() + limit.toNanos();
    nextDeadlineNanos = Math.min(nextDeadlineNanos, attempt.dueNanos);
    String name = attempt.intent.action() + " " + attempt.intent.target();
    incident.note = name + " runs";
    chronicle.tell(
        Event.Kind.ACTION_STARTED, name + ": " + attempt.intent.steps().get(0), incident);
    running.put(
        incident,
        runner.execute(
            name,
            proposed.action(),
            limit,
            incident.stop,
            FlightRecorder.wantedFor(proposed.remedy().description(), proposed.action())
                ? () ->
                    recorder.record(
                        attempt.intent, start.state(), proposed.remedy().action().urgent())
                : List::of,
            inbox.newest(progress -> progressed(incident, attempt, name + ": " + progress)),
            report -> inbox.post(() -> finished(incident, attempt, report))));
  }

  private static void progressed(Tracked incident, Attempt attempt, String note) {
    if (incident.attempts(attempt)) {
      incident.note = note;
    }
  }

  private void finished(Tracked incident, Attempt attempt, ActionReport report) {
    faults.remove("action:" + attempt.intent.action());
    own.ended(attempt.intent, time.now());
    if (!incident.attempts(attempt)) {
      free(attempt.lane, incident); // concluded when it was late
      return;
    }
    ActionRunner.Running ran = Objects.requireNonNull(running.remove(incident));
    attempt.recorded = ran.recorded();
    attempt.report = report;
    Optional<String> stopped = ran.stopped();
    if (stopped.isPresent() && report.result() != ActionReport.Result.REFUSED) {
      // What it would have brought is not known: neither a failure nor in vain.
      conclude(incident, Outcome.AMBIGUOUS, "stopped half-way: " + stopped.orElseThrow());
      return;
    }
    switch (report.result()) {
      case REFUSED -> {
        refusals.tooLate(incident, attempt.intent.action(), report.detail());
        conclude(incident, Outcome.NOT_ATTEMPTED, "nothing was done");
      }
      case FAILED -> conclude(incident, Outcome.FAILED, "it did not work");
      case UNDER_WAY -> conclude(incident, Outcome.AMBIGUOUS, "what it began is still under way");
      case DONE, NOTHING_GAINED -> settle(incident, attempt);
    }
  }

  private void settle(Tracked incident, Attempt attempt) {
    incident.settles();
    incident.status = IncidentStatus.VALIDATING;
    attempt.dueNanos = time.monotonicNanos() + attempt.intent.settling().toNanos();
    nextValidationNanos = Math.min(nextValidationNanos, attempt.dueNanos);
    incident.note = attempt.intent.action() + " was done; looking again after it has settled";
  }

  /** Leaves behind what takes longer than it said. */
  void enforceDeadlines() {
    long now = time.monotonicNanos();
    if (now < nextDeadlineNanos) {
      return;
    }
    nextDeadlineNanos = Long.MAX_VALUE;
    for (Tracked incident : List.copyOf(running.keySet())) {
      Attempt attempt = incident.attempt();
      if (now >= attempt.dueNanos) {
        overdue(incident, attempt);
      } else {
        nextDeadlineNanos = Math.min(nextDeadlineNanos, attempt.dueNanos);
      }
    }
  }

  private void overdue(Tracked incident, Attempt attempt) {
    ActionRunner.Running late = running.get(incident);
    if (late != null) {
      if (!late.cancel()) {
        return; // nothing was done
      }
      running.remove(incident);
      attempt.recorded = late.recorded();
    }
    if (!attempt.replaced) {
      faults.put(
          "action:" + attempt.intent.action(),
          "did not end within its time limit on " + attempt.intent.target());
    }
    conclude(incident, Outcome.AMBIGUOUS, "it did not end within its time limit");
    lanes.keep(attempt.lane, incident);
    own.ended(attempt.intent, time.now()); // and again, should it come back
  }

  /**
   * Something was under way when the engine was ended.
   *
   * @param seen whether it is looked at again; else it is to be {@link #concludeUnseen concluded}
   */
  void restore(Tracked incident, Intent intent, boolean seen) {
    Attempt attempt = Attempt.leftOver(intent);
    incident.begins(attempt);
    incident.attemptsMade = intent.number();
    own.ended(intent, time.now());
    settle(incident, attempt);
    incident.note = intent.action() + " may or may not have been done; looking again";
    chronicle.tell(
        Event.Kind.TROUBLE,
        "found an intent without a receipt: "
            + intent.action()
            + " "
            + intent.target()
            + " may or may not have been done; "
            + (seen ? "looking again" : "nobody can look at it again"),
        incident);
  }

  // --------------------------------------- journal receipt → learn → tell

  private void conclude(Tracked incident, Outcome outcome, String why) {
    conclude(incident, new Validation(outcome, why), new TreeMap<>());
  }

  /** Ends an attempt of which nobody could see what came of it. */
  void concludeUnseen(Tracked incident) {
    conclude(incident, Validation.unseen(), new TreeMap<>());
  }

  /**
   * Ends an attempt with what came of it.
   *
   * @param after what was measured then, by metric
   */
  void conclude(Tracked incident, Validation validation, SortedMap<String, Double> after) {
    Attempt attempt = incident.attempt();
    ActionReport report = attempt.report;
    String said = attempt.gaveWay + (report == null ? "" : report.detail() + "; ");
    Receipt receipt =
        attempt.intent.receipt(
            validation.outcome(),
            time.now(),
            after,
            attempt.recorded,
            validation.outcome() == Outcome.NOT_ATTEMPTED
                ? List.of()
                : sideEffects.of(incident, attempt),
            said + validation.why());
    chronicle.ended(receipt);
    own.concluded(receipt);
    incident.ended(receipt);
    incident.rests();
    incident.lastFailure =
        validation.outcome() == Outcome.FAILED
            ? Optional.of(receipt.action() + ": " + receipt.detail())
            : Optional.empty();
    incident.status = incident.handedOver ? IncidentStatus.ESCALATED : IncidentStatus.OPEN;
    String came = ": " + receipt.outcome() + ", " + receipt.detail();
    incident.note = receipt.action() + came;
    // What was known before the action is no ground to act on after it.
    boolean seenSince = report != null && incident.seenNanos >= attempt.dueNanos;
    incident.freshAfterNanos = seenSince ? incident.seenNanos : time.monotonicNanos();
    dependents.get(incident.id).forEach(other -> other.freshAfterNanos = time.monotonicNanos());
    free(attempt.lane, incident);
    lookSoon.run();
    incidents.answer(incident, receipt);
    chronicle.tell(
        Event.Kind.ACTION_FINISHED, receipt.action() + " " + receipt.target() + came, incident);
  }

  private void free(String lane, Tracked incident) {
    lanes.free(lane, incident).forEach(reconsider);
  }
}
