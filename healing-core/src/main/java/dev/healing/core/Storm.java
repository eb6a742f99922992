package dev.healing.core;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Too much at once that has nothing to do with each other is one incident, for a person: this host
 * is sick. While it is open all others wait for it as for their cause. What nobody mends is no
 * storm for ever: an hour later what still fails is tried one by one, and handed over if it must.
 * What nothing treats, such as probes of what is outside the host, is told one by one all the same:
 * it makes no storm, since nothing would be done about it anyway, and waits for none.
 */
final class Storm {
  /** What began longer ago is not at once with what is new. */
  static final Duration WITHIN = Duration.ofHours(1);

  /** Why it is over. */
  static final String OVER =
      "too little of what began within the last hour is open: healing goes on by itself";

  private Storm() {}

  /**
   * The issue, if there is a storm.
   *
   * @param unrelated how many incidents are open that began {@link #WITHIN} this, are serious,
   *     could be treated, and are no human's yet and no symptom of another
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
                    + (unrelated == 1
                        ? " incident is open"
                        : " unrelated incidents are open at once")
                    + ", all of the last hour: this host is"
                    + " sick, a human should look. Until such are fewer than "
                    + limit
                    + " only what somebody asks for is done",
                Map.of("incidents.unrelated.count", (double) unrelated),
                List.of("host")));
  }

  static boolean is(Tracked incident) {
    return incident.issue.type().equals(IssueType.HOST_SICK);
  }
}
