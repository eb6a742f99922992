package dev.healing.core;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.SetMultimap;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Confidence;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.core.Tracked.Attempt;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.Tracked.Proposed;
import dev.healing.spi.Detector;
import dev.healing.spi.HostContext;
import dev.healing.spi.Planner;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Proposal;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The loop:
 *
 * <pre>sample → detect → triage → plan → guard → journal intent → execute → validate
 *       → journal receipt → learn → tell</pre>
 *
 * <p>One thread owns everything here and takes {@link #turn turns}. What takes time (looks, working
 * out and doing actions) runs on workers and comes back through the {@link Inbox}; nothing here
 * waits for anything but the journal's fsync.
 */
final class HealingLoop {
  /** A wake-up right after a look waits this long, so that a flood of signals is one look. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private static final Duration PREPARE_LIMIT = Duration.ofMinutes(2);
  private static final int BLIND_LOOKS = 5;

  private final HostContext host;
  private final TimeSource time;
  private final Inbox inbox;
  private final Watch watch;
  private final ActionRunner runner;
  private final Chronicle chronicle;
  private final Incidents incidents;
  private final Refusals refusals;
  private final OffSwitch offSwitch;
  private Settings settings;
  private Plugins plugins;
  private SafetyGuards guards;

  private final Map<String, Tracked> lanes = new HashMap<>();
  private final SetMultimap<String, Tracked> waitingForLane = LinkedHashMultimap.create();
  private ListMultimap<String, Tracked> dependents = ArrayListMultimap.create();
  private final Set<Tracked> toDecide = new LinkedHashSet<>();
  private final List<Tracked> toStart = new ArrayList<>();
  private final Map<Tracked, ActionRunner.Running> running = new LinkedHashMap<>();
  private final Map<String, String> actionFaults = new LinkedHashMap<>();

  private @Nullable HostState state;
  private long looks;
  private boolean awake = true;
  private long lastLookNanos;
  private long nextLookNanos;
  private long nextValidationNanos = Long.MAX_VALUE;
  private long nextDeadlineNanos = Long.MAX_VALUE;
  private boolean stopping;
  private CompletableFuture<@Nullable Void> whenIdle = new CompletableFuture<>();

  HealingLoop(HostContext host, Inbox inbox, Settings settings, Plugins plugins) {
    this.host = host;
    this.time = host.time();
    this.inbox = inbox;
    this.watch = new Watch(host.time(), host.workers());
    this.offSwitch = new OffSwitch(host.state(), host.time());
    this.runner = new ActionRunner(host, offSwitch);
    this.chronicle = new Chronicle(host);
    this.incidents = new Incidents(host.time());
    this.refusals = new Refusals(host.time());
    this.settings = settings;
    this.plugins = plugins;
    this.guards = guards();
    nextLookNanos = time.monotonicNanos();
  }

  // ---------------------------------------------------------------- one turn

  /**
   * Does everything that can be done now.
   *
   * @return how long nothing needs to be done, unless something arrives in the inbox
   */
  Duration turn() {
    inbox.drain(); // looks, actions and people's words that have arrived
    look(); // sample → detect
    decide(); // triaged incidents: plan → guard
    start(); // journal intent → execute
    enforceDeadlines();
    chronicle.commit(plugins.knowledge()); // journal receipt → learn → tell
    if (stopping && running.isEmpty()) {
      whenIdle.complete(null);
    }
    return untilNextTurn();
  }

  // ------------------------------------------------------- sample → detect

  private void look() {
    long now = time.monotonicNanos();
    boolean wanted = awake || now >= nextValidationNanos;
    boolean due = now >= nextLookNanos || wanted && now - lastLookNanos >= BETWEEN_LOOKS.toNanos();
    if (stopping || watch.looking() || !due) {
      return;
    }
    awake = false;
    lastLookNanos = now;
    nextLookNanos = now + settings.interval().toNanos();
    nextValidationNanos = Long.MAX_VALUE; // known again when the look has arrived
    observe(this::observed);
  }

  private void observe(Consumer<Observation> then) {
    Map<String, Detector> detectors = new LinkedHashMap<>(plugins.detectors());
    for (Tracked incident : incidents.open()) {
      incident.validator.ifPresent(validator -> detectors.put(incident.reportedBy(), validator));
    }
    watch.begin(
        plugins,
        detectors,
        observation ->
            inbox.post(
                () -> {
                  watch.ended();
                  state = observation.state();
                  looks++;
                  then.accept(observation);
                }));
  }

  // ---------------------------------------------------------------- triage

  private void observed(Observation observation) {
    Map<String, String> faults = new TreeMap<>(observation.faults());
    faults.putAll(actionFaults);
    Set<Tracked> seen = new LinkedHashSet<>();
    observation
        .detections()
        .forEach(
            (detector, detection) ->
                detection.issues().forEach(i -> seen.add(sighted(detector, i, observation))));
    PluginFaults.issues(faults, observation.state().at())
        .forEach(issue -> seen.add(sighted(PluginFaults.REPORTER, issue, observation)));
    for (Tracked incident : List.copyOf(incidents.open())) {
      if (!seen.contains(incident)) {
        if (Incidents.blind(incident, observation)) {
          unseen(incident, observation);
        } else {
          gone(incident, observation);
        }
      }
    }
    dependents = Triage.link(incidents.open(), observation.state().units());
    for (Tracked incident : incidents.open()) {
      toDecide.add(incident);
      if (incident.phase == Phase.SETTLING) {
        nextValidationNanos =
            Math.min(nextValidationNanos, Math.max(attempt(incident).dueNanos, lastLookNanos + 1));
      }
    }
  }

  private Tracked sighted(String detector, Issue issue, Observation observation) {
    Tracked incident =
        incidents
            .find(issue.fingerprint())
            .orElseGet(() -> open(issue, Optional.of(detector), Optional.empty()));
    incident.issue = issue;
    incident.lastSeen = observation.state().at();
    incident.seenNanos = observation.startedNanos();
    if (toBeValidated(incident, observation)) {
      stillThere(incident, observation.state());
    }
    return incident;
  }

  private Tracked open(Issue issue, Optional<String> reporter, Optional<Detector> validator) {
    Tracked incident = incidents.open(issue, reporter, validator);
    incident.seenNanos = time.monotonicNanos();
    chronicle.tell(
        Event.Kind.INCIDENT_OPENED,
        issue.severity() + " " + issue.type() + ": " + issue.description(),
        incident);
    return incident;
  }

  private boolean toBeValidated(Tracked incident, Observation observation) {
    return incident.phase == Phase.SETTLING
        && observation.startedNanos() >= attempt(incident).dueNanos;
  }

  // -------------------------------------------------------------- validate

  private void stillThere(Tracked incident, HostState now) {
    Validation validation = Validation.stillThere(attempt(incident), incident.issue, now);
    conclude(incident, validation, incident.issue.metrics());
  }

  private void gone(Tracked incident, Observation observation) {
    switch (incident.phase) {
      case SETTLING -> {
        if (toBeValidated(incident, observation)) {
          Attempt attempt = attempt(incident);
          Validation validation = Validation.gone(attempt);
          conclude(
              incident,
              validation,
              Incidents.measureAgain(attempt.intent.issue(), observation.state()));
          if (validation.outcome() == Outcome.HEALED) {
            close(incident, IncidentStatus.HEALED, "healed by " + attempt.intent.action());
          } else {
            close(incident, IncidentStatus.SELF_RECOVERED, validation.why());
          }
        }
      }
      case RUNNING -> {
        // It is looked at when the action has ended.
      }
      case IDLE, PREPARING, PREPARED, CONFIRMING -> {
        if (incident.requests.isEmpty()) {
          close(incident, IncidentStatus.SELF_RECOVERED, "the issue went away by itself");
        }
      }
    }
  }

  private void unseen(Tracked incident, Observation observation) {
    boolean nobodyEverWill = incident.reportedBy().isEmpty();
    if (toBeValidated(incident, observation)
        && (nobodyEverWill || ++attempt(incident).blindLooks >= BLIND_LOOKS)) {
      conclude(incident, Validation.unseen(), new TreeMap<>());
    }
    if (nobodyEverWill && incident.phase == Phase.IDLE && incident.requests.isEmpty()) {
      close(incident, IncidentStatus.ESCALATED, "no detector reports " + incident.issue.type());
    }
  }

  // ---------------------------------------------------------- plan → guard

  private void decide() {
    if (stopping) {
      toDecide.clear();
      return;
    }
    for (Tracked incident : List.copyOf(toDecide)) {
      toDecide.remove(incident);
      if (incident.closedAt == null && state != null) {
        decide(incident);
      }
    }
  }

  private void decide(Tracked incident) {
    boolean automatic = incident.requests.isEmpty();
    switch (incident.phase) {
      case PREPARING, RUNNING, SETTLING -> {
        // Something is under way.
      }
      case PREPARED -> lastJudgement(incident);
      case IDLE, CONFIRMING -> {
        boolean stale = incident.seenNanos < incident.freshAfterNanos;
        if (automatic && (incident.handedOver || stale)) {
          return;
        }
        if (automatic && incident.cause != null) {
          waiting(incident, "waits for its cause, incident " + incident.cause);
        } else {
          firstJudgement(incident);
        }
      }
    }
  }

  private void firstJudgement(Tracked incident) {
    HealingPlan plan = plan(incident);
    if (plan.empty()) {
      nothingToTry(incident, plan);
      return;
    }
    Decision decision = judge(incident, plan, Optional.empty());
    Verdict.Kind kind = decision.verdict().kind();
    Proposed asked = incident.proposed;
    boolean askedAlready =
        incident.phase == Phase.CONFIRMING
            && kind == Verdict.Kind.CONFIRM
            && asked != null
            && asked.plan().next().action().equals(plan.next().action());
    if (askedAlready) {
      notDone(incident, incident.note);
      return;
    }
    incident.phase = Phase.IDLE;
    incident.proposed = null;
    if (kind == Verdict.Kind.DENY || kind == Verdict.Kind.DEFER) {
      decided(incident, decision);
      notDone(incident, decision.verdict().reason());
    } else {
      prepare(incident, plan);
    }
  }

  private HealingPlan plan(Tracked incident) {
    List<Planner.Candidate> candidates = new ArrayList<>();
    for (Plugins.Remedy remedy : plugins.remedies().values()) {
      ActionDescription action = remedy.description();
      boolean asked = incident.only().map(action.id()::equals).orElse(false);
      boolean treats = incident.only().isEmpty() && action.treats().contains(incident.issue.type());
      if (asked || treats) {
        Confidence confidence = plugins.knowledge().confidence(incident.fingerprint, action.id());
        Optional<String> unavailable =
            remedy
                .action()
                .unavailable()
                .or(remedy::unprivileged)
                .or(() -> refusals.reason(incident.fingerprint, action.id()));
        candidates.add(new Planner.Candidate(action, confidence, unavailable));
      }
    }
    return plugins.planner().plan(incident.snapshot(), stateNow(), candidates);
  }

  private Decision judge(Tracked incident, HealingPlan plan, Optional<Preview> preview) {
    return guards.judge(
        new Proposal(
            time.now(),
            incident.snapshot(),
            plan,
            preview,
            incident.origin(),
            stateNow(),
            chronicle.journal()));
  }

  private void nothingToTry(Tracked incident, HealingPlan plan) {
    boolean forNow =
        plan.rejected().stream()
            .anyMatch(r -> refusals.reason(incident.fingerprint, r.action()).isPresent());
    incident.phase = Phase.IDLE;
    incident.proposed = null;
    decided(
        incident,
        new Decision(time.now(), plan, List.of(), Verdict.deny(plan.reason()), Optional.empty()));
    notDone(incident, plan.reason());
    if (!forNow && incident.issue.severity().compareTo(Severity.HIGH) >= 0) {
      escalate(incident, plan.reason());
    }
  }

  private void prepare(Tracked incident, HealingPlan plan) {
    Plugins.Remedy remedy = plugins.remedies().get(plan.next().action().id());
    if (remedy == null) {
      refusals.add(incident.fingerprint, plan.next().action().id(), "the planner made it up");
      return;
    }
    incident.phase = Phase.PREPARING;
    long deadline = time.monotonicNanos() + PREPARE_LIMIT.toNanos();
    nextDeadlineNanos = Math.min(nextDeadlineNanos, deadline);
    Tracked.Preparing preparing = new Tracked.Preparing(remedy.description().id(), deadline);
    incident.preparing = preparing;
    preparing.task =
        runner.prepare(
            remedy.action(),
            incident.issue,
            stateNow(),
            (action, why) ->
                inbox.post(() -> prepared(incident, preparing, plan, remedy, action, why)));
  }

  private void prepared(
      Tracked incident,
      Tracked.Preparing preparing,
      HealingPlan plan,
      Plugins.Remedy remedy,
      Optional<PreparedAction> action,
      String why) {
    if (incident.preparing != preparing) {
      return; // it took too long and was given up
    }
    incident.preparing = null;
    incident.phase = Phase.IDLE;
    if (incident.closedAt != null) {
      return;
    }
    if (action.isEmpty()) {
      refusals.add(incident.fingerprint, remedy.description().id(), why);
    } else {
      incident.proposed = new Proposed(plan, remedy, action.orElseThrow());
      incident.phase = Phase.PREPARED;
    }
    toDecide.add(incident);
  }

  private void lastJudgement(Tracked incident) {
    Proposed proposed = proposed(incident);
    Preview preview = proposed.action().preview();
    Decision decision = judge(incident, proposed.plan(), Optional.of(preview));
    switch (decision.verdict().kind()) {
      case PROCEED -> {
        Tracked before = lanes.putIfAbsent(preview.lane(), incident);
        if (before != null) {
          waitingForLane.put(preview.lane(), incident);
          waiting(incident, "waits for lane " + preview.lane() + ", incident " + before.id);
          return;
        }
        decided(incident, decision);
        intend(incident, proposed);
      }
      case CONFIRM -> {
        incident.phase = Phase.CONFIRMING;
        boolean changed = decided(incident, decision);
        if (SafetyGuards.decisive(decision).equals(SafetyGuards.CIRCUIT_BREAKER)) {
          incident.handedOver = true;
          escalate(incident, decision.verdict().reason());
        } else if (changed) {
          chronicle.tell(
              Event.Kind.CONFIRMATION_NEEDED,
              "approve "
                  + incident.id
                  + " to "
                  + preview.steps().get(0)
                  + ": "
                  + decision.verdict().reason(),
              incident);
        }
        notDone(
            incident,
            decision.verdict().reason() + "; approve " + incident.id + " to have it done");
      }
      case DEFER, DENY -> {
        incident.phase = Phase.IDLE;
        incident.proposed = null;
        decided(incident, decision);
        notDone(incident, decision.verdict().reason());
      }
    }
  }

  // ---------------------------------------------- journal intent → execute

  private void intend(Tracked incident, Proposed proposed) {
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
            time.now());
    chronicle.journal().add(intent);
    incident.attempt =
        new Attempt(intent, proposed.action().preview().lane(), stateNow().health(), false);
    incident.phase = Phase.RUNNING;
    toStart.add(incident);
  }

  /** What cannot be journalled is not done: one fsync for all that is to be started. */
  private void start() {
    if (toStart.isEmpty()) {
      return;
    }
    List<Tracked> starting = List.copyOf(toStart);
    toStart.clear();
    try {
      chronicle.commitIntents();
      starting.forEach(this::execute);
    } catch (HealingException e) {
      for (Tracked incident : starting) {
        free(attempt(incident).lane, incident);
        incident.attempt = null;
        incident.phase = Phase.IDLE;
        incident.proposed = null;
        waiting(incident, "not done, because it cannot be journalled");
        notDone(incident, "it cannot be journalled: " + e.getMessage());
      }
    }
  }

  private void execute(Tracked incident) {
    Proposed proposed = proposed(incident);
    Attempt attempt = attempt(incident);
    incident.proposed = null;
    incident.status = IncidentStatus.HEALING;
    Duration limit = proposed.remedy().description().timeLimit();
    attempt.dueNanos = time.monotonicNanos() + limit.toNanos();
    nextDeadlineNanos = Math.min(nextDeadlineNanos, attempt.dueNanos);
    String name = attempt.intent.action() + " " + attempt.intent.target();
    waiting(incident, name + " runs");
    chronicle.tell(
        Event.Kind.ACTION_STARTED, name + ": " + attempt.intent.steps().get(0), incident);
    running.put(
        incident,
        runner.execute(
            name,
            proposed.action(),
            limit,
            progress -> inbox.post(() -> waiting(incident, name + ": " + progress)),
            report -> inbox.post(() -> finished(incident, attempt, report))));
  }

  private void finished(Tracked incident, Attempt attempt, ActionReport report) {
    actionFaults.remove("action:" + attempt.intent.action());
    if (incident.attempt != attempt) {
      free(attempt.lane, incident); // concluded when it was late
      return;
    }
    running.remove(incident);
    attempt.report = report;
    switch (report.result()) {
      case REFUSED -> {
        refusals.add(incident.fingerprint, attempt.intent.action(), report.detail());
        conclude(
            incident, new Validation(Outcome.NOT_ATTEMPTED, "nothing was done"), new TreeMap<>());
      }
      case FAILED ->
          conclude(incident, new Validation(Outcome.FAILED, "it did not work"), new TreeMap<>());
      case DONE, NOTHING_GAINED -> settle(incident, attempt);
    }
  }

  private void settle(Tracked incident, Attempt attempt) {
    incident.phase = Phase.SETTLING;
    incident.status = IncidentStatus.VALIDATING;
    attempt.dueNanos = time.monotonicNanos() + attempt.intent.settling().toNanos();
    nextValidationNanos = Math.min(nextValidationNanos, attempt.dueNanos);
    waiting(incident, attempt.intent.action() + " was done; looking again after it has settled");
  }

  private void enforceDeadlines() {
    long now = time.monotonicNanos();
    if (now < nextDeadlineNanos) {
      return;
    }
    nextDeadlineNanos = Long.MAX_VALUE;
    for (Tracked incident : List.copyOf(incidents.open())) {
      Tracked.Preparing preparing = incident.preparing;
      if (preparing != null) {
        if (now >= preparing.deadlineNanos) {
          giveUp(incident, preparing);
        } else {
          nextDeadlineNanos = Math.min(nextDeadlineNanos, preparing.deadlineNanos);
        }
      }
      if (incident.phase == Phase.RUNNING) {
        Attempt attempt = attempt(incident);
        if (now >= attempt.dueNanos) {
          overdue(incident, attempt);
        } else {
          nextDeadlineNanos = Math.min(nextDeadlineNanos, attempt.dueNanos);
        }
      }
    }
  }

  private void giveUp(Tracked incident, Tracked.Preparing preparing) {
    incident.preparing = null;
    incident.phase = Phase.IDLE;
    if (preparing.task != null) {
      preparing.task.cancel();
    }
    refusals.add(incident.fingerprint, preparing.action, "took too long to work out");
    toDecide.add(incident);
  }

  /** The action is left behind; its lane stays taken until its thread comes back. */
  private void overdue(Tracked incident, Attempt attempt) {
    ActionRunner.Running late = running.remove(incident);
    if (late != null) {
      late.cancel();
    }
    actionFaults.put(
        "action:" + attempt.intent.action(),
        "did not end within its time limit on " + attempt.intent.target());
    conclude(
        incident,
        new Validation(Outcome.AMBIGUOUS, "it did not end within its time limit"),
        new TreeMap<>());
    lanes.put(attempt.lane, incident);
  }

  // --------------------------------------- journal receipt → learn → tell

  private void conclude(Tracked incident, Validation validation, SortedMap<String, Double> after) {
    Attempt attempt = attempt(incident);
    ActionReport report = attempt.report;
    String said = report == null ? "" : report.detail() + "; ";
    Receipt receipt =
        attempt.intent.receipt(validation.outcome(), time.now(), after, said + validation.why());
    chronicle.ended(receipt);
    incident.ended(receipt);
    incident.phase = Phase.IDLE;
    incident.status = incident.handedOver ? IncidentStatus.ESCALATED : IncidentStatus.OPEN;
    incident.note = receipt.action() + ": " + receipt.outcome() + ", " + receipt.detail();
    // What was known before the action is no ground to act on after it.
    boolean seenSince = report != null && incident.seenNanos >= attempt.dueNanos;
    incident.freshAfterNanos = seenSince ? incident.seenNanos : time.monotonicNanos();
    dependents.get(incident.id).forEach(other -> other.freshAfterNanos = time.monotonicNanos());
    incident.attempt = null;
    free(attempt.lane, incident);
    awake = true;
    answer(incident, receipt);
    chronicle.tell(
        Event.Kind.ACTION_FINISHED,
        receipt.action()
            + " "
            + receipt.target()
            + ": "
            + receipt.outcome()
            + ", "
            + receipt.detail(),
        incident);
  }

  private void free(String lane, Tracked incident) {
    lanes.remove(lane, incident);
    toDecide.addAll(waitingForLane.removeAll(lane));
  }

  private void close(Tracked incident, IncidentStatus status, String note) {
    incident.status = status;
    incident.note = note;
    incident.closedAt = time.now();
    incidents.close(incident);
    toDecide.remove(incident);
    chronicle.tell(
        status == IncidentStatus.ESCALATED ? Event.Kind.ESCALATED : Event.Kind.INCIDENT_CLOSED,
        status
            + " "
            + incident.issue.type()
            + " "
            + String.join(", ", incident.issue.components())
            + ": "
            + note,
        incident);
  }

  private void escalate(Tracked incident, String why) {
    if (incident.status != IncidentStatus.ESCALATED) {
      incident.status = IncidentStatus.ESCALATED;
      chronicle.tell(
          Event.Kind.ESCALATED,
          "for a human: " + incident.issue.description() + ": " + why,
          incident);
    }
  }

  /** Notes a decision. Says whether it is another than before. */
  private boolean decided(Tracked incident, Decision decision) {
    incident.decision = decision;
    incident.note = decision.verdict().reason();
    if (incident.status == IncidentStatus.ESCALATED && !incident.handedOver) {
      incident.status = IncidentStatus.OPEN;
    }
    String action = decision.plan().empty() ? "" : decision.plan().next().action().id().name();
    String key = action + " " + decision.verdict().kind() + " " + SafetyGuards.decisive(decision);
    boolean changed = !key.equals(incident.decisionKey);
    if (changed) {
      incident.decisionKey = key;
      chronicle.decided(incident, decision);
      if (decision.verdict().kind() != Verdict.Kind.PROCEED) {
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
    }
    return changed;
  }

  private void waiting(Tracked incident, String note) {
    incident.note = note;
  }

  private void notDone(Tracked incident, String why) {
    if (incident.requests.isEmpty()) {
      return;
    }
    answer(incident, Intent.notAttempted(incident, time.now(), why));
  }

  private void answer(Tracked incident, Receipt receipt) {
    List<Tracked.Request> answered = List.copyOf(incident.requests);
    incident.requests.clear();
    chronicle.afterwards(() -> answered.forEach(request -> request.answer().complete(receipt)));
  }

  private Duration untilNextTurn() {
    if (!inbox.isEmpty() || !toDecide.isEmpty() || chronicle.pending()) {
      return Duration.ZERO;
    }
    long now = time.monotonicNanos();
    long next = nextDeadlineNanos;
    Optional<Duration> look = watch.enforce(settings.pluginDeadline());
    if (look.isPresent()) {
      next = Math.min(next, now + look.orElseThrow().toNanos());
    } else if (!stopping) {
      long soonest = lastLookNanos + BETWEEN_LOOKS.toNanos();
      long wanted = awake ? soonest : Math.max(soonest, nextValidationNanos);
      next = Math.min(next, Math.min(nextLookNanos, wanted));
    }
    return Duration.ofNanos(Math.max(0, next - now));
  }

  // ----------------------------------------------------- what people ask for

  /** Begins: what was under way when the engine was ended is looked at again. */
  void open() {
    List<Receipt> known = chronicle.audit().history(1_000);
    for (Intent intent : chronicle.journal().open()) {
      Optional<Receipt> receipt =
          known.stream().filter(r -> r.id().equals(intent.id())).findFirst();
      if (receipt.isPresent()) {
        chronicle.journal().close(receipt.orElseThrow());
        continue;
      }
      Tracked incident = incidents.restore(intent, plugins.detectorOf(intent.issue().type()));
      Attempt attempt =
          new Attempt(intent, "left over: " + intent.id(), OptionalDouble.empty(), true);
      incident.attempt = attempt;
      incident.attemptsMade = intent.number();
      settle(incident, attempt);
      chronicle.tell(
          Event.Kind.TROUBLE,
          "found an intent without a receipt: "
              + intent.action()
              + " "
              + intent.target()
              + " may or may not have been done; looking again",
          incident);
    }
  }

  void wake() {
    inbox.post(() -> awake = true);
  }

  /** Looks without drawing any conclusion. */
  void glance(Consumer<Observation> then) {
    observe(then);
  }

  /** Goes on without plugins that are late in a look. */
  Duration enforceLook() {
    return watch.enforce(settings.pluginDeadline()).orElse(Duration.ZERO);
  }

  /** What would be decided about an issue, and exactly what would be done; nothing is. */
  void consider(Issue issue, CompletableFuture<Decision> answer) {
    Tracked probe = incidents.probe(issue);
    HealingPlan plan = plan(probe);
    if (plan.empty()) {
      answer.complete(
          new Decision(time.now(), plan, List.of(), Verdict.deny(plan.reason()), Optional.empty()));
      return;
    }
    Plugins.Remedy remedy = plugins.remedies().get(plan.next().action().id());
    runner.prepare(
        remedy.action(),
        issue,
        stateNow(),
        (action, why) ->
            inbox.post(
                () -> {
                  if (action.isPresent()) {
                    answer.complete(judge(probe, plan, action.map(PreparedAction::preview)));
                  } else {
                    refusals.add(probe.fingerprint, remedy.description().id(), why);
                    consider(issue, answer);
                  }
                }));
  }

  /** Heals an issue on somebody's word; through everything that any heal goes through. */
  void request(Issue issue, Optional<Detector> validator, Tracked.Request request) {
    Tracked incident =
        incidents
            .find(issue.fingerprint())
            .orElseGet(() -> open(issue, plugins.detectorOf(issue.type()), validator));
    incident.requests.add(request);
    toDecide.add(incident);
  }

  void request(String incidentId, Tracked.Request request) {
    Tracked incident = openIncident(incidentId);
    incident.requests.add(request);
    toDecide.add(incident);
  }

  void approve(String incidentId, CompletableFuture<Receipt> answer) {
    Tracked incident = openIncident(incidentId);
    if (incident.phase != Phase.CONFIRMING) {
      throw new HealingException(
          "incident " + incident.id + " does not wait for confirmation: " + incident.note);
    }
    incident.requests.add(
        new Tracked.Request(
            Origin.APPROVED, Optional.of(proposed(incident).remedy().description().id()), answer));
    incident.phase = Phase.PREPARED;
    toDecide.add(incident);
  }

  Tracked reject(String incidentId) {
    Tracked incident = openIncident(incidentId);
    if (incident.phase != Phase.CONFIRMING) {
      throw new HealingException(
          "incident " + incident.id + " does not wait for confirmation: " + incident.note);
    }
    incident.phase = Phase.IDLE;
    incident.proposed = null;
    incident.handedOver = true;
    incident.note = "rejected by a person";
    escalate(incident, incident.note);
    return incident;
  }

  private Tracked openIncident(String idOrPrefix) {
    String id =
        Incidents.named(idOrPrefix, incidents.open().stream().map(Tracked::snapshot).toList())
            .orElseThrow(
                () ->
                    new HealingException(
                        "no open incident '" + idOrPrefix + "': 'issues' lists the open ones"))
            .id();
    return incidents.open().stream().filter(i -> i.id.equals(id)).findFirst().orElseThrow();
  }

  /** Starts nothing any more, and says when nothing runs. */
  void stop(CompletableFuture<@Nullable Void> idle) {
    stopping = true;
    whenIdle = idle;
  }

  void cancelRunning() {
    running.values().forEach(ActionRunner.Running::cancel);
  }

  /** Goes on with other settings and plugins. */
  void reconfigure(Settings newSettings, Plugins newPlugins) {
    settings = newSettings;
    plugins = newPlugins;
    guards = guards();
    awake = true;
    incidents
        .open()
        .forEach(
            incident -> {
              if (incident.phase == Phase.CONFIRMING || incident.phase == Phase.PREPARED) {
                incident.phase = Phase.IDLE;
                incident.proposed = null;
              }
            });
  }

  private SafetyGuards guards() {
    return new SafetyGuards(
        settings,
        action -> plugins.remedies().get(action).ceiling(),
        offSwitch::paused,
        chronicle.journal()::damaged,
        this::unrelatedIncidents,
        plugins.guards());
  }

  private int unrelatedIncidents() {
    return (int)
        incidents.open().stream()
            .filter(incident -> incident.cause == null && incident.validator.isEmpty())
            .filter(incident -> incident.issue.severity().compareTo(Severity.HIGH) >= 0)
            .count();
  }

  SafetyGuards safetyGuards() {
    return guards;
  }

  Incidents incidents() {
    return incidents;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  Plugins plugins() {
    return plugins;
  }

  Settings settings() {
    return settings;
  }

  OffSwitch offSwitch() {
    return offSwitch;
  }

  Optional<HostState> state() {
    return Optional.ofNullable(state);
  }

  long looks() {
    return looks;
  }

  private HostState stateNow() {
    return Objects.requireNonNull(state, "decided before the first look");
  }

  private static Attempt attempt(Tracked incident) {
    return Objects.requireNonNull(incident.attempt);
  }

  private static Proposed proposed(Tracked incident) {
    return Objects.requireNonNull(incident.proposed);
  }
}
