package dev.healing.runner.bench;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.api.Risk;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Severity;
import dev.healing.core.LadderPlanner;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Planner;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The engine's own planner and knowledge base, as they are. Beside the six actions they are offered
 * one that could cost work and one that could cost the host, both of which nearly always heal: too
 * harsh for a MEDIUM issue, so never to be chosen.
 */
final class OurChoice implements World.Policy {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final HostState STATE = HostStates.at(BEGIN).build();
  private static final List<ActionDescription> ACTIONS =
      List.of(
          action("a0", Risk.LOW, 10),
          action("a1", Risk.LOW, 40),
          action("a2", Risk.MEDIUM, 30),
          action("a3", Risk.MEDIUM, 75),
          action("a4", Risk.MEDIUM, 120),
          action("a5", Risk.MEDIUM, 180),
          action("harsh", Risk.HIGH, 0),
          action("harshest", Risk.CRITICAL, 0));

  private final KnowledgeBase knowledge;
  private final Planner planner = new LadderPlanner();
  private final List<Receipt> attempts = new ArrayList<>();
  private Issue issue;
  private Fingerprint fingerprint;
  private double confidence;
  private Duration soFar = Duration.ZERO;
  private Duration most = Duration.ZERO;
  private double uplift;
  private long incidents;

  OurChoice() {
    knowledge = new JsonKnowledgeBaseProvider().create(new TestHost());
    issue = issue(0, 0, BEGIN);
    fingerprint = issue.fingerprint();
  }

  private static ActionDescription action(String name, Risk risk, int settlingSeconds) {
    return new ActionDescription(
        ActionId.of(name),
        "does " + name,
        Set.of(IssueType.of("type0")),
        risk,
        Set.of(),
        true,
        "undone by itself",
        Duration.ofSeconds(settlingSeconds),
        Duration.ofMinutes(5));
  }

  private static Instant at(double hours) {
    return BEGIN.plusMillis(Math.round(hours * 3_600_000));
  }

  private static Issue issue(int type, int problem, Instant at) {
    return Issue.of(
        at,
        IssueType.of("type" + type),
        Severity.MEDIUM,
        "it is in trouble",
        new TreeMap<>(),
        List.of("p" + problem));
  }

  @Override
  public void incident(int type, int problem, double hours) {
    issue = issue(type, problem, at(hours));
    fingerprint = issue.fingerprint();
    attempts.clear();
    incidents++;
    soFar = Duration.ZERO;
  }

  /** For how many seconds it leaves the incident alone. */
  double patience(int mostSeconds) {
    most = Duration.ofSeconds(mostSeconds);
    soFar = leftAlone(Duration.ZERO, most).orElseThrow().patience();
    return soFar.toMillis() / 1e3;
  }

  private Optional<SelfRecovery> leftAlone(Duration from, Duration to) {
    return to.isZero() ? Optional.empty() : knowledge.selfRecovery(fingerprint, from, to);
  }

  /** The incident has passed by itself. */
  void passed(double seconds) {
    Duration took = Duration.ofMillis(Math.round(1000 * seconds));
    Instant detected = issue.detectedAt();
    knowledge.recovered(List.of(new Recovery(fingerprint, detected, detected.plus(took), took)));
  }

  /** How much more often the problem recovers with the chosen action than without any. */
  double uplift() {
    return uplift;
  }

  @Override
  public int choose(boolean[] tried) {
    List<Planner.Candidate> candidates = new ArrayList<>();
    Optional<SelfRecovery> alone = leftAlone(soFar, most);
    for (ActionDescription action : ACTIONS) {
      candidates.add(
          new Planner.Candidate(
              action,
              knowledge.confidence(fingerprint, action.id()),
              Optional.empty(),
              alone,
              Optional.empty()));
    }
    for (int action = 0; action < tried.length; action++) {
      if (tried[action] && attempts.stream().noneMatch(of(action))) {
        attempts.add(receipt(issue, action, Outcome.UNCHANGED, 0, soFar)); // not told yet
      }
    }
    HealingPlan plan =
        planner.plan(
            new Incident(
                "i" + incidents,
                fingerprint,
                issue,
                IncidentStatus.OPEN,
                issue.detectedAt(),
                issue.detectedAt(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                attempts,
                ""),
            STATE,
            candidates);
    HealingPlan.Step next = plan.next();
    if (next.action().risk().compareTo(Risk.MEDIUM) > 0) {
      throw new IllegalStateException("harm: it chose " + next.action().id());
    }
    confidence = next.confidence().value();
    // Of what is still there, less what passes before; so it is that of an incident from its begin.
    double before = leftAlone(Duration.ZERO, soFar).map(SelfRecovery::value).orElse(0.0);
    uplift = (1 - before) * (confidence - alone.map(SelfRecovery::value).orElse(0.0));
    int action = Integer.parseInt(next.action().id().name().substring(1));
    return tried[action] ? -1 : action;
  }

  private static java.util.function.Predicate<Receipt> of(int action) {
    return receipt -> receipt.action().name().equals("a" + action);
  }

  @Override
  public double confidence() {
    return confidence;
  }

  @Override
  public void outcome(World.Told told) {
    Receipt receipt =
        receipt(
            issue(told.type(), told.problem(), at(told.hours())),
            told.action(),
            told.healed() ? Outcome.HEALED : Outcome.UNCHANGED,
            told.confidence(),
            soFar);
    knowledge.record(List.of(receipt));
  }

  private static Receipt receipt(
      Issue issue, int action, Outcome outcome, double confidence, Duration after) {
    Instant at = issue.detectedAt().plus(after);
    return new Receipt(
        "r",
        "i",
        issue.type(),
        new TreeSet<>(issue.components()),
        ActionId.of("a" + action),
        issue.components().first(),
        Origin.AUTOMATIC,
        outcome,
        issue.detectedAt(),
        Optional.of(at),
        at,
        new TreeMap<>(),
        new TreeMap<>(),
        confidence,
        List.of("try"),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "");
  }
}
