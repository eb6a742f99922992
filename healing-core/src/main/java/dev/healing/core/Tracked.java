package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Benefit;
import dev.healing.api.Decision;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingPlan;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.core.calls.Counsel;
import dev.healing.core.calls.Preparations;
import dev.healing.core.journal.Question;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.Detector;
import dev.healing.spi.PreparedAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An incident while the engine works on it. Belongs to the engine's thread. */
final class Tracked {
  /** How the names of validators begin. */
  static final String VALIDATOR = "validator:";

  private static final int ATTEMPTS_SHOWN = 20;
  private static final ActionId NOTHING = ActionId.of("nothing");

  /** What the engine is doing about it at this moment. */
  enum Phase {
    /** Nothing: a decision can be made. */
    IDLE,
    /** An action works out what it would do. */
    PREPARING,
    /** It has, and a last judgement can be made. */
    PREPARED,
    /** A person is asked whether it may be done. */
    CONFIRMING,
    /** It is being done. */
    RUNNING,
    /** It was done, or may have been; the symptom is to be looked at again. */
    SETTLING
  }

  /** Somebody who waits for what comes of it; {@code shown} is the digest of what was approved. */
  record Request(
      Origin origin,
      Optional<ActionId> only,
      Optional<String> shown,
      CompletableFuture<Receipt> answer) {
    /** Of who was shown nothing. */
    static Request on(Origin origin, Optional<ActionId> only) {
      return new Request(origin, only, Optional.empty(), new CompletableFuture<>());
    }
  }

  /**
   * An action that is ready to be done.
   *
   * @param origin on whose word it was proposed
   * @param atNanos when, in monotonic time
   */
  record Proposed(
      HealingPlan plan,
      Plugins.Remedy remedy,
      PreparedAction action,
      Origin origin,
      long atNanos) {}

  final String id;
  final Fingerprint fingerprint;
  final Instant firstSeen;

  /** Since when it is so, where that is known: before it was first seen. */
  Instant since;

  /** As it was first reported. */
  final Severity firstSeverity;

  /** Name of the detector that reports it; empty if none does. */
  final Optional<String> reporter;

  /** Looks for it in the detector's stead, where somebody brought one. */
  final Optional<Detector> validator;

  /** The only action that whoever opened it wants considered. */
  Optional<ActionId> asked = Optional.empty();

  /** Why what is done for it should stop, if there is a reason; asked on any thread. */
  Supplier<Optional<String>> stop = Optional::empty;

  final List<Receipt> attempts = new ArrayList<>();
  final List<Request> requests = new ArrayList<>();
  int attemptsMade;
  Issue issue;
  IncidentStatus status = IncidentStatus.OPEN;
  Instant lastSeen;
  long openedNanos;
  long seenNanos;
  long freshAfterNanos;

  /** Until when it is left alone, in monotonic time; past or not. */
  long patientUntilNanos = Long.MAX_VALUE;

  /** Before this time nothing is worked out anew without being asked for. */
  long restsUntilNanos = Long.MIN_VALUE;

  /** How many looks in a row could not tell of it. */
  int blindLooks;

  /** Whether any look since it was reported could have told of it; before that nothing is done. */
  boolean lookedFor;

  /** What an action said that did not work, if no look has told anything of the issue since. */
  Optional<String> lastFailure = Optional.empty();

  /** Since when every action refuses, in monotonic time; absent if one does not. */
  @Nullable Long helplessSinceNanos;

  /** Whether a detector has told of it, besides whoever asked. */
  boolean seen;

  String note = "";

  /** Given up on: nothing is done any more without a person. */
  boolean handedOver;

  /**
   * Digest of what a person was asked about it first, and whether anything else was asked since.
   */
  private @Nullable String firstShown;

  private boolean shownOthers;

  @Nullable Instant closedAt;
  @Nullable String cause;
  @Nullable Decision decision;
  String decisionKey = "";
  private Phase phase = Phase.IDLE;
  private Preparations.@Nullable Preparation preparing;
  private @Nullable Proposed proposed;
  private @Nullable Attempt attempt;
  private Counsel.@Nullable Matter matter;
  private Counsel.@Nullable Advice advice;

  Tracked(
      String id,
      Issue issue,
      Instant firstSeen,
      Optional<String> reporter,
      Optional<Detector> validator) {
    this.id = id;
    this.issue = issue;
    this.fingerprint = issue.fingerprint();
    this.firstSeen = firstSeen;
    this.firstSeverity = issue.severity();
    this.since = firstSeen;
    this.lastSeen = firstSeen;
    this.reporter = reporter;
    this.validator = validator;
  }

  /**
   * Whether it is the one of its problem, and what is asked and answered about that: none that
   * somebody brought a validator for, nor an opportunity that has lost its own in a crash.
   */
  boolean isTheProblems() {
    return validator.isEmpty() && !issue.isOpportunity();
  }

  // What the engine is doing about it: each phase has what belongs to it, and nothing else.

  Phase phase() {
    return phase;
  }

  /** What is ready to be done: when it was prepared, until it is begun. */
  Proposed proposed() {
    return Objects.requireNonNull(proposed, "nothing is prepared");
  }

  /** Whether nothing can be done about it, or may. */
  boolean isForAPerson() {
    return handedOver
        || status == IncidentStatus.ESCALATED
        || decision != null
            && phase() == Phase.IDLE
            && (decision.plan().empty() || decision.verdict().kind() == Verdict.Kind.DENY);
  }

  /** What was started: until it is concluded. */
  Attempt attempt() {
    return Objects.requireNonNull(attempt, "nothing was started");
  }

  /** Whether an attempt that is under way has this lane. */
  boolean holds(String lane) {
    return attempt != null && attempt.lane.equals(lane);
  }

  /** Whether this is the attempt that is under way. */
  boolean attempts(Attempt one) {
    return attempt == one;
  }

  void prepares(Preparations.Preparation begun) {
    phase = Phase.PREPARING;
    preparing = begun;
  }

  void prepared(Proposed ready) {
    phase = Phase.PREPARED;
    preparing = null;
    proposed = ready;
  }

  /** A person is asked about what was proposed. */
  void asks() {
    phase = Phase.CONFIRMING;
  }

  /** They want it. */
  void approved() {
    phase = Phase.PREPARED;
  }

  void begins(Attempt begun) {
    phase = Phase.RUNNING;
    proposed = null;
    attempt = begun;
  }

  /** What was begun has ended, or may have. */
  void settles() {
    phase = Phase.SETTLING;
  }

  /** Nothing is done about it any more: something new can be decided. */
  void rests() {
    phase = Phase.IDLE;
    if (preparing != null) {
      preparing.giveUp();
      preparing = null;
    }
    proposed = null;
    attempt = null;
    forgetAdvice();
  }

  /**
   * A detector has told of it.
   *
   * @param evidenceNanos since when nothing that was done can show in it, in monotonic time
   */
  void sighted(Issue now, Instant at, long evidenceNanos) {
    issue = issue.isOpportunity() ? Benefit.opportunity(now) : Benefit.problem(now);
    lastSeen = at;
    seenNanos = evidenceNanos;
    lookedFor = true;
    seen = true;
    blindLooks = 0;
    lastFailure = Optional.empty();
  }

  /** Under which name the looks tell of it. */
  String reportedBy() {
    return validator.isPresent() ? VALIDATOR + id : reporter.orElse("");
  }

  /**
   * On whose word something would be done now: a person's counts more than our own. What waits for
   * confirmation waits on the word on which it was proposed.
   */
  Origin origin() {
    Origin asked = Origin.AUTOMATIC;
    for (Request request : requests) {
      asked = request.origin().compareTo(asked) > 0 ? request.origin() : asked;
    }
    Proposed shown = phase == Phase.CONFIRMING ? proposed : null;
    return shown != null && shown.origin().compareTo(asked) > 0 ? shown.origin() : asked;
  }

  /**
   * On whose word what is under way was begun, or else what was done last; {@link #origin} of
   * nothing.
   */
  Origin lastOrigin() {
    if (attempt != null) {
      return attempt.intent.origin();
    }
    return attempts.isEmpty() ? origin() : attempts.get(attempts.size() - 1).origin();
  }

  /** The only action that may be considered, if somebody asked for one. */
  Optional<ActionId> only() {
    for (Request request : requests) {
      if (request.only().isPresent()) {
        return request.only();
      }
    }
    return asked;
  }

  /** The digest of what a person was shown and has approved, if one has. */
  Optional<String> shown() {
    for (Request request : requests) {
      if (request.shown().isPresent()) {
        return request.shown();
      }
    }
    return Optional.empty();
  }

  /** Whether what is known of it is older than the last action that may have changed it. */
  boolean stale() {
    return seenNanos < freshAfterNanos;
  }

  /** What plugins are asked about now; whatever they were asked before no longer counts. */
  Counsel.Matter askAdvice() {
    Counsel.Matter asked = new Counsel.Matter(snapshot(), origin());
    matter = asked;
    advice = null;
    return asked;
  }

  /** Keeps what plugins answered, if that was asked last. */
  boolean advised(Counsel.Matter about, Counsel.Advice given) {
    boolean wanted = matter == about;
    if (wanted) {
      advice = given;
    }
    return wanted;
  }

  boolean awaitsAdvice() {
    return matter != null && advice == null;
  }

  /** What plugins have answered, once; absent if it would be done on another's word by now. */
  Optional<Counsel.Advice> takeAdvice() {
    Optional<Counsel.Advice> given =
        Optional.ofNullable(matter)
            .filter(asked -> asked.origin() == origin())
            .flatMap(asked -> Optional.ofNullable(advice));
    forgetAdvice();
    return given;
  }

  void forgetAdvice() {
    matter = null;
    advice = null;
  }

  /** The last attempt, of which nobody knows what came: should it be over, it may be by that. */
  Optional<Receipt> unknown() {
    return attempts.isEmpty()
        ? Optional.empty()
        : Optional.of(attempts.get(attempts.size() - 1))
            .filter(last -> last.outcome() == Outcome.AMBIGUOUS);
  }

  void ended(Receipt receipt) {
    attempts.add(receipt);
    if (attempts.size() > ATTEMPTS_SHOWN) {
      attempts.remove(0);
    }
  }

  /** An answer for somebody who asked for something that is not even tried. */
  Receipt notAttempted(Instant now, String why) {
    Optional<HealingPlan.Step> step =
        Optional.ofNullable(decision).flatMap(made -> made.plan().actions().stream().findFirst());
    return new Receipt(
        id + ".0",
        id,
        issue.type(),
        issue.components(),
        step.map(s -> s.action().id()).orElse(NOTHING),
        String.join(",", issue.components()),
        origin(),
        Outcome.NOT_ATTEMPTED,
        firstSeen,
        Optional.empty(),
        now,
        issue.metrics(),
        new TreeMap<>(),
        step.map(s -> s.confidence().value()).orElse(0.0),
        List.of(),
        List.of(),
        new TreeMap<>(),
        List.of(),
        why);
  }

  /** What a person is asked about it. */
  Question question(ActionId action, Preview preview) {
    return new Question(
        issue,
        id,
        firstSeen,
        attemptsMade,
        action,
        preview.target(),
        preview.digest(),
        preview.steps().get(0));
  }

  /** A person is asked about what has this digest. */
  void shows(String digest) {
    shownOthers |= firstShown != null && !firstShown.equals(digest);
    firstShown = firstShown == null ? digest : firstShown;
  }

  /** Whether several things were asked, so that whoever answers must say which. */
  boolean shownSeveral() {
    return shownOthers;
  }

  Incident snapshot() {
    return new Incident(
        id,
        fingerprint,
        issue,
        status,
        firstSeen,
        lastSeen,
        Optional.ofNullable(closedAt),
        Optional.ofNullable(cause),
        Optional.ofNullable(decision),
        attempts,
        note);
  }
}
