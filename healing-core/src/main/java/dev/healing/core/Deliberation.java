package dev.healing.core;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.Confidence;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.Tracked.Proposed;
import dev.healing.spi.HostContext;
import dev.healing.spi.Planner;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Proposal;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * From an incident to a decision: which remedy, exactly what it would do, and whether it may.
 *
 * <p>Each incident passes {@code IDLE → PREPARING → PREPARED}, and from there into {@link
 * Treatment}, back to {@code IDLE}, or to {@code CONFIRMING}, where it waits for a person. Guards
 * are asked before an action is prepared, so that nothing is worked out in vain, and again with the
 * exact preview right before it is done.
 */
final class Deliberation {
  private static final Duration PREPARE_LIMIT = Duration.ofMinutes(2);

  /** How long what a person is shown stands; then it is worked out anew. */
  private static final Duration SHOWN_FOR = Duration.ofMinutes(15);

  private final TimeSource time;
  private final Inbox inbox;
  private final Chronicle chronicle;
  private final Incidents incidents;
  private final ActionRunner runner;
  private final OffSwitch offSwitch;
  private final Treatment treatment;
  private final Refusals refusals;
  private final Set<Tracked> toDecide = new LinkedHashSet<>();
  private final Set<Tracked> preparing = new LinkedHashSet<>();
  private final Map<String, Workers.Task> stuck = new HashMap<>();
  private boolean actsByItself = true;
  private Plugins plugins;
  private SafetyGuards guards;
  private @Nullable HostState state;

  Deliberation(
      HostContext host,
      Inbox inbox,
      Chronicle chronicle,
      Incidents incidents,
      Treatment treatment,
      Refusals refusals,
      OffSwitch offSwitch,
      Settings settings,
      Plugins plugins) {
    this.time = host.time();
    this.inbox = inbox;
    this.chronicle = chronicle;
    this.incidents = incidents;
    this.runner = new ActionRunner(host, offSwitch);
    this.offSwitch = offSwitch;
    this.treatment = treatment;
    this.refusals = refusals;
    this.plugins = plugins;
    this.guards = guards(settings);
  }

  /** Goes on with other settings and plugins: what was proposed with the old ones is void. */
  void use(Settings settings, Plugins newPlugins) {
    plugins = newPlugins;
    guards = guards(settings);
    for (Tracked incident : incidents.open()) {
      if (incident.phase == Phase.PREPARING) {
        giveUp(incident);
      }
      if (incident.phase == Phase.CONFIRMING || incident.phase == Phase.PREPARED) {
        drop(incident);
        if (incident.origin() == Origin.APPROVED) {
          incidents.notDone(incident, "what was approved is void: the configuration has changed");
        }
      }
    }
  }

  private SafetyGuards guards(Settings settings) {
    return new SafetyGuards(
        settings,
        action -> plugins.remedy(action).map(Plugins.Remedy::ceiling).orElse(Autonomy.OBSERVE),
        offSwitch::paused,
        chronicle.journal()::damaged,
        incidents::unrelated,
        !plugins.samplers().isEmpty(),
        plugins.guards());
  }

  SafetyGuards safetyGuards() {
    return guards;
  }

  /** From now on only what somebody asks for is done. */
  void onlyOnRequest() {
    actsByItself = false;
  }

  /** The newest look at the host. */
  void seen(HostState newest) {
    state = newest;
  }

  /** Has it decided about in this turn. */
  void reconsider(Tracked incident) {
    toDecide.add(incident);
  }

  boolean pending() {
    return !toDecide.isEmpty();
  }

  /** Decides about all that was to be reconsidered. */
  void decide() {
    giveUpLatePreparations();
    if (state == null) {
      return; // all that is open is reconsidered when the first look arrives
    }
    for (Tracked incident : List.copyOf(toDecide)) {
      toDecide.remove(incident);
      if (incident.closedAt == null) {
        decideContained(incident);
      }
    }
  }

  /** When a preparation is to be given up, in monotonic time. */
  long nextDeadlineNanos() {
    // All have the same limit, so the first one that was begun is the first one to be late.
    return preparing.stream()
        .findFirst()
        .map(incident -> Objects.requireNonNull(incident.preparing).deadlineNanos)
        .orElse(Long.MAX_VALUE);
  }

  /** A planner, a knowledge base or an action that throws here costs this decision only. */
  private void decideContained(Tracked incident) {
    try {
      decide(incident);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      drop(incident);
      String why = "no decision could be made, because a plugin threw " + e;
      if (!why.equals(incident.note)) {
        incident.note = why;
        chronicle.tell(Event.Kind.TROUBLE, why, incident);
      }
      incidents.notDone(incident, why);
    }
  }

  private void decide(Tracked incident) {
    boolean automatic = incident.origin() == Origin.AUTOMATIC;
    switch (incident.phase) {
      case PREPARING, RUNNING, SETTLING -> {
        // Something is under way.
      }
      case PREPARED -> {
        if (automatic && incident.stale()) {
          drop(incident);
        } else {
          lastJudgement(incident);
        }
      }
      case IDLE, CONFIRMING -> {
        boolean unasked = incident.requests.isEmpty();
        if (unasked && !actsByItself) {
          return;
        }
        if (unasked && incident.validator.isPresent() && incident.phase == Phase.IDLE) {
          // Whoever asked has been answered; by itself the engine does nothing about it.
          incidents.close(incident, IncidentStatus.ESCALATED, incident.note);
          return;
        }
        if (automatic && incident.handedOver) {
          incidents.notDone(incident, "handed over to a human: " + incident.note);
        } else if (automatic && incident.stale()) {
          return; // the next look tells
        } else if (automatic && incident.cause != null) {
          incident.note = "waits for its cause, incident " + incident.cause;
          incidents.notDone(incident, incident.note);
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
            && asked.plan().next().action().equals(plan.next().action())
            && !outdated(asked);
    if (askedAlready) {
      incidents.notDone(incident, incident.note);
      return;
    }
    drop(incident);
    if (kind == Verdict.Kind.DENY || kind == Verdict.Kind.DEFER) {
      incidents.decided(incident, decision);
      incidents.notDone(incident, decision.verdict().reason());
    } else {
      prepare(incident, plan);
    }
  }

  private HealingPlan plan(Tracked incident) {
    return plan(incident, refusals);
  }

  private HealingPlan plan(Tracked incident, Refusals refused) {
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
                .or(() -> refused.reason(incident.fingerprint, action.id()))
                .or(() -> stuck(incident, action.id()));
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
    drop(incident);
    incidents.decided(
        incident,
        new Decision(time.now(), plan, List.of(), Verdict.deny(plan.reason()), Optional.empty()));
    incidents.notDone(incident, plan.reason());
    if (!forNow && incident.issue.severity().compareTo(Severity.HIGH) >= 0) {
      incidents.escalate(incident, plan.reason());
    }
  }

  private void prepare(Tracked incident, HealingPlan plan) {
    Plugins.Remedy remedy = plugins.remedies().get(plan.next().action().id());
    if (remedy == null) {
      refusals.add(incident.fingerprint, plan.next().action().id(), "the planner made it up");
      return;
    }
    incident.phase = Phase.PREPARING;
    Tracked.Preparing begun =
        new Tracked.Preparing(
            remedy.description().id(), time.monotonicNanos() + PREPARE_LIMIT.toNanos());
    incident.preparing = begun;
    preparing.add(incident);
    begun.task =
        runner.prepare(
            remedy.action(),
            incident.issue,
            stateNow(),
            (action, why) ->
                inbox.post(() -> prepared(incident, begun, plan, remedy, action, why)));
  }

  private void prepared(
      Tracked incident,
      Tracked.Preparing begun,
      HealingPlan plan,
      Plugins.Remedy remedy,
      Optional<PreparedAction> action,
      String why) {
    if (incident.preparing != begun) {
      return; // it took too long and was given up
    }
    incident.preparing = null;
    preparing.remove(incident);
    incident.phase = Phase.IDLE;
    if (incident.closedAt != null) {
      return;
    }
    if (action.isEmpty()) {
      refusals.add(incident.fingerprint, remedy.description().id(), why);
    } else {
      incident.proposed = new Proposed(plan, remedy, action.orElseThrow(), time.monotonicNanos());
      incident.phase = Phase.PREPARED;
    }
    toDecide.add(incident);
  }

  private void giveUpLatePreparations() {
    while (nextDeadlineNanos() <= time.monotonicNanos()) {
      Tracked incident = preparing.iterator().next();
      Tracked.Preparing late = giveUp(incident);
      stuck.values().removeIf(Workers.Task::done);
      if (late.task != null) {
        stuck.put(incident.fingerprint.key() + " " + late.action, late.task);
      }
      refusals.add(incident.fingerprint, late.action, "took too long to work out");
      toDecide.add(incident);
    }
  }

  /** At most one thread is lost to each action that never comes back from a problem. */
  private Optional<String> stuck(Tracked incident, ActionId action) {
    return Optional.ofNullable(stuck.get(incident.fingerprint.key() + " " + action))
        .filter(task -> !task.done())
        .map(task -> "has not come back from working out what it would do");
  }

  private Tracked.Preparing giveUp(Tracked incident) {
    Tracked.Preparing begun = Objects.requireNonNull(incident.preparing);
    preparing.remove(incident);
    incident.preparing = null;
    incident.phase = Phase.IDLE;
    if (begun.task != null) {
      begun.task.cancel();
    }
    return begun;
  }

  private void lastJudgement(Tracked incident) {
    Proposed proposed = proposed(incident);
    Preview preview = proposed.action().preview();
    Decision decision = judge(incident, proposed.plan(), Optional.of(preview));
    if (incident.shown().filter(digest -> !digest.equals(preview.digest())).isPresent()) {
      decision =
          new Decision(
              decision.at(),
              decision.plan(),
              decision.judgements(),
              Verdict.confirm("what would be done is no longer what was approved"),
              decision.preview());
    }
    switch (decision.verdict().kind()) {
      case PROCEED -> {
        if (treatment.takeLane(incident, preview.lane())) {
          incidents.decided(incident, decision);
          treatment.intend(incident, proposed, stateNow().health());
        } else if (treatment.stuck(preview.lane())) {
          incidents.notDone(incident, incident.note + ", whose action does not end");
        }
      }
      case CONFIRM -> {
        incident.phase = Phase.CONFIRMING;
        boolean changed = incidents.decided(incident, decision);
        if (SafetyGuards.decisive(decision).equals(SafetyGuards.CIRCUIT_BREAKER)) {
          incident.handedOver = true;
          incidents.escalate(incident, decision.verdict().reason());
        } else if (changed) {
          chronicle.tell(
              Event.Kind.CONFIRMATION_NEEDED,
              "approve "
                  + incident.snapshot().confirmation().orElse(incident.id)
                  + " to "
                  + preview.steps().get(0)
                  + ": "
                  + decision.verdict().reason(),
              incident);
        }
        incidents.notDone(
            incident,
            decision.verdict().reason()
                + "; approve "
                + incident.snapshot().confirmation().orElse(incident.id)
                + " to have it done");
      }
      case DEFER, DENY -> {
        drop(incident);
        incidents.decided(incident, decision);
        incidents.notDone(incident, decision.verdict().reason());
      }
    }
  }

  private boolean outdated(Proposed proposed) {
    return time.monotonicNanos() - proposed.atNanos() > SHOWN_FOR.toNanos();
  }

  private static void drop(Tracked incident) {
    incident.phase = Phase.IDLE;
    incident.proposed = null;
  }

  /** What would be decided about an issue, and exactly what would be done; nothing is. */
  void consider(Issue issue, CompletableFuture<Decision> answer) {
    consider(issue, new Refusals(time), answer);
  }

  private void consider(Issue issue, Refusals refused, CompletableFuture<Decision> answer) {
    if (state == null) {
      throw new HealingException("nothing has been looked at yet: ask again after the first look");
    }
    Tracked probe = incidents.probe(issue);
    HealingPlan plan = plan(probe, refused);
    if (plan.empty()) {
      answer.complete(
          new Decision(time.now(), plan, List.of(), Verdict.deny(plan.reason()), Optional.empty()));
      return;
    }
    Plugins.Remedy remedy =
        plugins
            .remedy(plan.next().action().id())
            .orElseThrow(() -> new HealingException("the planner made up " + plan.reason()));
    runner.prepare(
        remedy.action(),
        issue,
        stateNow(),
        (action, why) ->
            inbox.post(
                () -> {
                  try {
                    if (action.isPresent()) {
                      answer.complete(judge(probe, plan, action.map(PreparedAction::preview)));
                    } else {
                      refused.add(probe.fingerprint, remedy.description().id(), why);
                      consider(issue, refused, answer);
                    }
                  } catch (RuntimeException | LinkageError e) {
                    answer.completeExceptionally(e);
                  }
                }));
  }

  /** A person has it done exactly as it was shown. */
  void approve(String confirmationId, CompletableFuture<Receipt> answer) {
    Tracked incident = confirming(confirmationId);
    Proposed shown = proposed(incident);
    incident.requests.add(
        new Tracked.Request(
            Origin.APPROVED,
            Optional.of(shown.remedy().description().id()),
            Optional.of(shown.action().preview().digest()),
            answer));
    if (outdated(shown)) {
      drop(incident); // worked out anew, and done if it is still the same
    } else {
      incident.phase = Phase.PREPARED;
    }
    toDecide.add(incident);
  }

  /** A person does not want it done; it is theirs from now on. */
  Tracked reject(String confirmationId) {
    Tracked incident = confirming(confirmationId);
    drop(incident);
    incident.handedOver = true;
    incident.note = "rejected by a person";
    incidents.escalate(incident, incident.note);
    return incident;
  }

  private Tracked confirming(String confirmationId) {
    int dot = confirmationId.indexOf('.');
    Tracked incident =
        incidents.openNamed(dot < 0 ? confirmationId : confirmationId.substring(0, dot));
    if (incident.phase != Phase.CONFIRMING) {
      throw new HealingException(
          "incident " + incident.id + " does not wait for confirmation: " + incident.note);
    }
    String pending = incident.snapshot().confirmation().orElse("");
    if (dot >= 0 && !pending.endsWith(confirmationId.substring(dot))) {
      throw new HealingException(
          "what "
              + confirmationId
              + " stood for has changed: look at 'issues' again; now it is "
              + pending);
    }
    return incident;
  }

  private HostState stateNow() {
    return Objects.requireNonNull(state, "decided before the first look");
  }

  private static Proposed proposed(Tracked incident) {
    return Objects.requireNonNull(incident.proposed);
  }
}
