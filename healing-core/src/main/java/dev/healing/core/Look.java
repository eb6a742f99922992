package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Unreadable;
import java.util.List;

/**
 * One complete look at the host.
 *
 * @param state what was measured
 * @param issues what is wrong
 * @param unreadable what could not be looked at, by samplers and detectors
 * @param decisions what would be decided about each issue now; nothing has been done
 */
public record Look(
    HostState state, List<Issue> issues, List<Unreadable> unreadable, List<Decision> decisions) {
  /** Copies. */
  public Look {
    issues = List.copyOf(issues);
    unreadable = List.copyOf(unreadable);
    decisions = List.copyOf(decisions);
  }
}
