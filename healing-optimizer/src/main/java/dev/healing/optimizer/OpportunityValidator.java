package dev.healing.optimizer;

import dev.healing.api.Benefit;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Looks whether an opportunity is still there after something was done about it, through the finder
 * that found it. Reports that one only: an opportunity that nobody chose must not become an issue
 * because another one was looked at.
 *
 * <p>It was taken as well if at least half of what was estimated has come: more was not promised.
 *
 * @param finder that found it
 * @param issue what it found
 * @param seen is given every look: whether the host has become busy, for one
 */
record OpportunityValidator(Finder finder, Issue issue, Consumer<HostState> seen)
    implements Detector {
  private static final double ENOUGH = 0.5;

  @Override
  public Set<IssueType> reports() {
    return Set.of(issue.type());
  }

  @Override
  public Detection detect(HostState state) {
    seen.accept(state);
    Finder.Findings findings = finder.look(state);
    List<Issue> issues =
        findings.opportunities().stream()
            .map(Opportunity::issue)
            .filter(found -> found.fingerprint().equals(issue.fingerprint()))
            .map(this::withEstimate)
            .filter(found -> !brought(found))
            .toList();
    List<Unreadable> unreadable =
        issue.components().stream()
            .filter(component -> !findings.judged().contains(component))
            .map(component -> new Unreadable(component, "this look has no measurement of it"))
            .toList();
    return new Detection(issues, unreadable, Duration.ZERO, List.of(), findings.measured());
  }

  /** What it was estimated to bring belongs to it until it is taken. */
  private Issue withEstimate(Issue found) {
    Map<String, Double> told =
        Benefit.of(issue.metrics(), Map.of()).map(Benefit::told).orElse(Map.of());
    return found.telling(found.description(), told);
  }

  private boolean brought(Issue now) {
    OptionalDouble share =
        Benefit.of(issue.metrics(), now.metrics())
            .map(Benefit::share)
            .orElse(OptionalDouble.empty());
    return share.isPresent() && share.getAsDouble() >= ENOUGH;
  }
}
