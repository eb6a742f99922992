package dev.healing.core;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Too much at once that has nothing to do with each other is one incident, for a person: this host
 * is sick. While it is open all others wait for it as for their cause.
 */
final class Storm {
  private Storm() {}

  /**
   * The issue, if there is a storm.
   *
   * @param unrelated how many incidents are open that are serious and no symptom of another
   * @param limit from how many on it is one
   */
  static Optional<Issue> issue(int unrelated, int limit, Instant at) {
    return unrelated < limit
        ? Optional.empty()
        : Optional.of(
            Issue.of(
                at,
                IssueType.HOST_SICK,
                Severity.CRITICAL,
                unrelated
                    + " unrelated incidents are open at once: this host is sick, a human should"
                    + " look. Until they are fewer than "
                    + limit
                    + " only what somebody asks for is done",
                Map.of("incidents.unrelated.count", (double) unrelated),
                List.of("host")));
  }

  static boolean is(Tracked incident) {
    return incident.issue.type().equals(IssueType.HOST_SICK);
  }
}
