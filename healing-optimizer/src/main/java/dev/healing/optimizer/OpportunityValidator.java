package dev.healing.optimizer;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import java.util.List;
import java.util.Set;

/**
 * Looks whether an opportunity is still there after something was done about it, through the finder
 * that found it. Reports that one only: an opportunity that nobody chose must not become an issue
 * because another one was looked at.
 *
 * @param finder that found it
 * @param issue what it found
 */
record OpportunityValidator(Finder finder, Issue issue) implements Detector {
  @Override
  public Set<IssueType> reports() {
    return Set.of(issue.type());
  }

  @Override
  public Detection detect(HostState state) {
    Finder.Findings findings = finder.look(state);
    List<Issue> issues =
        findings.opportunities().stream()
            .map(Opportunity::issue)
            .filter(found -> found.fingerprint().equals(issue.fingerprint()))
            .toList();
    List<Unreadable> unreadable =
        issue.components().stream()
            .filter(component -> !findings.judged().contains(component))
            .map(component -> new Unreadable(component, "this look has no measurement of it"))
            .toList();
    return new Detection(issues, unreadable);
  }
}
