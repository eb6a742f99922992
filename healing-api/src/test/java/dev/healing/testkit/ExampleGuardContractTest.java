package dev.healing.testkit;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.spi.Guard;
import dev.healing.spi.Proposal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract holds for a guard as simple as one can be. */
class ExampleGuardContractTest extends GuardContract {
  @Override
  protected Guard guard() {
    return proposal ->
        proposal.plan().next().action().risk() == Risk.CRITICAL
            ? Verdict.confirm("critical")
            : Verdict.proceed("harmless");
  }

  @Override
  protected Proposal innocent() {
    return proposal(Risk.LOW);
  }

  @Override
  protected Proposal guilty() {
    return proposal(Risk.CRITICAL);
  }

  private static Proposal proposal(Risk risk) {
    ActionDescription action =
        new ActionDescription(
            ActionId.CLEAR_CACHE,
            "clears caches",
            Set.of(IssueType.MEMORY_HIGH),
            risk,
            Set.of(),
            true,
            ActionDescription.IRREVERSIBLE,
            Duration.ZERO,
            Duration.ofSeconds(1));
    Issue issue =
        Issue.of(
            VirtualTime.START,
            IssueType.MEMORY_HIGH,
            Severity.HIGH,
            "full",
            Map.of(),
            List.of("memory"));
    return proposal(action, issue, HostStates.now().build(), history());
  }
}
