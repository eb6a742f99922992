package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.Tracked.Proposed;
import dev.healing.core.calls.Counsel;
import dev.healing.core.guard.Patience;
import dev.healing.core.guard.SafetyGuards;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * From an incident to a decision: which remedy, exactly what it would do, and whether it may.
 *
 * <p>Each incident passes {@code IDLE → PREPARING → PREPARED}, and from there into {@link
 * Treatment}, back to {@code IDLE}, or to {@code CONFIRMING}, where it waits for a person. Guards
 * are asked before an action is prepared, so that nothing is worked out in vain, and again with the
 * exact preview right before it is done. What plugins have to say is {@linkplain Counsel asked on a
 * worker}: meanwhile the incident stays in its phase, and is decided about when they have answered.
 */
final class Deliberation {
  /**
   * After a guard has objected to what was worked out: that may have been a walk through a disk.
   */
  private static final Duration REST = Duration.ofSeconds(30);

  /** What all actions refuse may pass; when it has lasted so long, a person is told. */
  private static final Duration HELPLESS_FOR = Duration.ofMinutes(1);

  private final TimeSource time;
  private final Chronicle chronicle;
  private final Incidents incidents;
  private final Assessment assessment;
  private final Confirmations confirmations;
  private final Treatment treatment;
  private final Refusals refusals;
  private final Set<Tracked> toDecide = new LinkedHashSet<>();
  private boolean actsByItself = true;

  Deliberation(
      TimeSource time,
      Chronicle chronicle,
      Incidents incidents,
      Assessment assessment,
      Confirmations confirmations,
      Treatment treatment,
      Refusals refusals) {
    this.time = time;
    this.chronicle = chronicle;
    this.incidents = incidents;
    this.assessment = assessment;
    this.confirmations = confirmations;
    this.treatment = treatment;
    this.refusals = refusals;
  }

  /** What was proposed or approved with other settings and plugins is void. */
  void startAnew() {
    for (Tracked incident : incidents.open()) {
      if (incident.phase() != Phase.RUNNING && incident.phase() != Phase.SETTLING) {
        boolean asked = incident.phase() == Phase.CONFIRMING;
        if (asked) {
          incident.decision = null;
          incident.decisionKey = "";
          incident.note = "what was shown is void: the configuration has changed";
        }
        incident.rests();
        boolean approved = incident.origin() == Origin.APPROVED;
        if (asked || approved) {
          incident.handedOver = false; // whoever it was handed to is asked anew: it stays theirs
        }
        if (approved) {
          incidents.notDone(incident, "what was approved is void: the configuration has changed");
        }
      }
    }
  }

  /** From now on only what somebody asks for is done. */
  void onlyOnRequest() {
    actsByItself = false;
  }

  boolean actsByItself() {
    return actsByItself;
  }

  /** Has it decided about in this turn. */
  void reconsider(Tracked incident) {
    toDecide.add(incident);
  }

  /** Whether there is something to decide now. */
  boolean pending() {
    return !toDecide.isEmpty() && assessment.sighted();
  }

  /** Decides about all that was to be reconsidered, once the host has been looked at. */
  void decide() {
    if (!pending()) {
      return;
    }
    for (Tracked incident : List.copyOf(toDecide)) {
      toDecide.remove(incident);
      if (incident.closedAt == null && !incident.awaitsAdvice()) {
        decide(incident);
      }
    }
  }

  private void decide(Tracked incident) {
    switch (incident.phase()) {
      case PREPARING, RUNNING, SETTLING -> {
        // Something is under way.
      }
      case CONFIRMING -> stillAsked(incident);
      case IDLE, PREPARED -> {
        if (mayBeDone(incident)) {
          if (incident.phase() == Phase.PREPARED) {
            lastJudgement(incident);
          } else {
            firstJudgement(incident);
          }
        } else if (incident.phase() == Phase.PREPARED) {
          // Whoever asked for it has been answered, or it is looked at again first.
          incident.rests();
        }
      }
    }
  }

  /** Whether there is evidence, nothing to wait for, and somebody who wants it. */
  private boolean mayBeDone(Tracked incident) {
    boolean unasked = incident.requests.isEmpty();
    boolean somebodyLooks = !incident.reportedBy().isEmpty();
    if (unasked && !actsByItself || somebodyLooks && !incident.lookedFor) {
      return false; // evidence first: the next look tells
    }
    boolean ours = incident.validator.isEmpty() && (incident.seen || !somebodyLooks);
    if (unasked && !ours) {
      // Whoever asked has been answered; by itself the engine does nothing about it.
      incident.rests();
      incidents.close(incident, IncidentStatus.ESCALATED, incident.note);
      return false;
    }
    if (incident.origin() != Origin.AUTOMATIC) {
      return !somebodyLooks || isFresh(incident);
    }
    if (incident.handedOver) {
      incidents.notDone(incident, "handed over to a human: " + incident.note);
      return false;
    }
    if (Triage.held(incident, incidents)) {
      incident.note = "waits for its cause, " + Triage.causes(incident, incidents);
      incidents.notDone(incident, incident.note);
      return false;
    }
    boolean resting = time.monotonicNanos() < incident.restsUntilNanos && unasked;
    return !incident.stale() && !resting;
  }

  /** A person waits for another look as well; not for one who never measures anew. */
  private boolean isFresh(Tracked incident) {
    long since = time.monotonicNanos() - incident.freshAfterNanos;
    boolean fresh = !incident.stale() || since >= Sightings.NEVER_ANEW.toNanos();
    if (!fresh) {
      incident.note = "waits to be looked at again, after what was done";
    }
    return fresh;
  }

  private void firstJudgement(Tracked incident) {
    Optional<Counsel.Advice> given = incident.takeAdvice();
    if (given.isEmpty()) {
      Counsel.Matter matter = incident.askAdvice();
      assessment.plan(incident, matter, refusals, answer(incident, matter));
      return;
    }
    HealingPlan plan = given.orElseThrow().plan();
    if (plan.empty()) {
      nothingToTry(incident, plan);
      return;
    }
    Decision decision =
        assessment.decision(incident, plan, Optional.empty(), given.orElseThrow().judgements());
    incident.rests();
    switch (decision.verdict().kind()) {
      case DENY, DEFER -> {
        if (SafetyGuards.decisive(decision).equals(Patience.NAME)) {
          waits(incident, decision.verdict().until().orElseThrow());
        }
        incidents.decided(incident, decision);
        incidents.notDone(incident, decision.verdict().reason());
      }
      case CONFIRM, PROCEED -> prepare(incident, plan);
    }
  }

  /** It is left alone until then, and looked at again at the end of that. */
  private void waits(Tracked incident, Instant until) {
    incident.patientUntilNanos =
        time.monotonicNanos() + Duration.between(time.now(), until).toNanos();
  }

  /**
   * When the patience with an incident ends next, in monotonic time; not that which has ended by
   * the newest look.
   *
   * @param lookNanos when that began
   */
  long patienceEndsNanos(long lookNanos) {
    long next = Long.MAX_VALUE;
    for (Tracked incident : incidents.open()) {
      boolean ahead = incident.patientUntilNanos > lookNanos && incident.phase() == Phase.IDLE;
      next = ahead ? Math.min(next, incident.patientUntilNanos) : next;
    }
    return next;
  }

  /** What a person is shown stands as long as it would be asked again; then it is decided anew. */
  private void stillAsked(Tracked incident) {
    Optional<Counsel.Advice> given = incident.takeAdvice();
    Proposed shown = incident.proposed();
    if (given.isEmpty() && !confirmations.outdated(shown)) {
      askAboutPreview(incident, shown);
      return;
    }
    Optional<Decision> now =
        confirmations.outdated(shown)
            ? Optional.empty()
            : Optional.of(decision(incident, shown, given.orElseThrow()));
    boolean asked = now.filter(Deliberation::standsBy).isPresent();
    boolean theirs = incident.handedOver && incident.requests.isEmpty();
    if (!asked && !theirs) {
      incident.rests();
      toDecide.add(incident);
    } else if (!incident.requests.isEmpty()) {
      Optional<Decision> off = now.filter(Deliberation::paused);
      incidents.notDone(incident, off.map(d -> d.verdict().reason()).orElse(incident.note));
    }
  }

  /** A pause answers no question. */
  private static boolean standsBy(Decision decision) {
    return decision.verdict().kind() == Verdict.Kind.CONFIRM || paused(decision);
  }

  private static boolean paused(Decision decision) {
    return SafetyGuards.decisive(decision).equals(SafetyGuards.OFF_SWITCH);
  }

  /** Has it decided about again when plugins have answered, unless something else is asked then. */
  private Consumer<Counsel.Advice> answer(Tracked incident, Counsel.Matter matter) {
    return advice -> {
      if (incident.advised(matter, advice)) {
        toDecide.add(incident);
      }
    };
  }

  private void nothingToTry(Tracked incident, HealingPlan plan) {
    boolean forNow = plan.rejected().stream().anyMatch(r -> refusals.lately(incident, r.action()));
    incident.rests();
    incidents.decided(
        incident,
        new Decision(time.now(), plan, List.of(), Verdict.deny(plan.reason()), Optional.empty()));
    incidents.unasked(incident, plan.reason());
    incidents.notDone(incident, plan.reason());
    if (incident.helplessSinceNanos == null) {
      incident.helplessSinceNanos = time.monotonicNanos();
    }
    boolean longEnough =
        time.monotonicNanos() - incident.helplessSinceNanos >= HELPLESS_FOR.toNanos();
    if ((!forNow || longEnough) && incident.issue.severity().compareTo(Severity.HIGH) >= 0) {
      incidents.escalate(incident, plan.reason());
    }
  }

  private void prepare(Tracked incident, HealingPlan plan) {
    Optional<Plugins.Remedy> remedy = assessment.remedy(plan);
    if (remedy.isEmpty()) {
      return; // and the next plan has other remedies
    }
    HostState seen = assessment.state();
    incident.prepares(
        assessment.prepare(
            incident,
            remedy.orElseThrow(),
            (action, why) -> {
              if (action.isPresent()) {
                incident.helplessSinceNanos = null;
                incident.prepared(
                    new Proposed(
                        plan,
                        remedy.orElseThrow(),
                        action.orElseThrow(),
                        incident.origin(),
                        time.monotonicNanos()));
              } else {
                incident.rests();
                refusals.add(incident, plan.next().action().id(), why, seen);
              }
              toDecide.add(incident);
            }));
  }

  private void askAboutPreview(Tracked incident, Proposed proposed) {
    Counsel.Matter matter = incident.askAdvice();
    assessment.judge(
        matter, proposed.plan(), proposed.action().preview(), answer(incident, matter));
  }

  private Decision decision(Tracked incident, Proposed proposed, Counsel.Advice given) {
    Optional<Preview> preview = Optional.of(proposed.action().preview());
    return assessment.decision(incident, proposed.plan(), preview, given.judgements());
  }

  private void lastJudgement(Tracked incident) {
    Proposed proposed = incident.proposed();
    Optional<Counsel.Advice> given = incident.takeAdvice();
    if (given.isEmpty()) {
      askAboutPreview(incident, proposed);
      return;
    }
    Preview preview = proposed.action().preview();
    Decision decision = decision(incident, proposed, given.orElseThrow());
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
          if (incident.origin() == Origin.APPROVED && incident.isTheProblems()) {
            chronicle.journal().problems().answered(incident.fingerprint);
          }
          incidents.unasked(incident, "it is being done");
          treatment.intend(incident, proposed, assessment.state());
        } else if (treatment.lanes().stuck(preview.lane())) {
          incidents.notDone(incident, incident.note + ", whose action does not end");
        }
      }
      case CONFIRM -> confirmations.ask(incident, decision, preview);
      case DEFER, DENY -> {
        if (incident.shown().isPresent() && paused(decision)) {
          incident.asks(); // as before: it can be approved again
          incidents.notDone(incident, decision.verdict().reason());
          return;
        }
        incident.rests();
        incident.restsUntilNanos = time.monotonicNanos() + REST.toNanos();
        incidents.decided(incident, decision);
        incidents.notDone(incident, decision.verdict().reason());
      }
    }
  }
}
