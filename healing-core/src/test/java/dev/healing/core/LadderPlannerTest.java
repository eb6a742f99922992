package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Risk;
import dev.healing.spi.Planner.Candidate;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LadderPlannerTest {
  private static Candidate candidate(String id, Risk risk, double confidence, String reversible) {
    ActionDescription description =
        new ActionDescription(
            ActionId.of(id),
            "does " + id,
            Set.of(Given.TYPE),
            risk,
            Set.of(),
            true,
            reversible,
            Duration.ofSeconds(1),
            Duration.ofSeconds(60));
    return new Candidate(
        description,
        new Confidence(confidence, confidence, confidence, 10, 5, "as told"),
        Optional.empty());
  }

  private static List<String> planned(Candidate... candidates) {
    Tracked incident =
        new Tracked(
            "a",
            Given.issue(VirtualTime.START, "web.service"),
            VirtualTime.START,
            Optional.empty(),
            Optional.empty());
    return new LadderPlanner()
        .plan(incident.snapshot(), HostStates.now().build(), List.of(candidates)).actions().stream()
            .map(step -> step.action().id().name())
            .toList();
  }

  @Test
  void mildBeforeHarshAndAmongThoseWhatIsWorthMost() {
    String never = ActionDescription.IRREVERSIBLE;
    assertThat(
            planned(
                candidate("a_high", Risk.HIGH, 0.9, "undo it"),
                candidate("b_never", Risk.MEDIUM, 0.5, never),
                candidate("c_undone", Risk.MEDIUM, 0.5, "undo it"),
                candidate("d_surer", Risk.MEDIUM, 0.6, never),
                candidate("e_low", Risk.LOW, 0.1, never)))
        .containsExactly("d_surer", "c_undone", "b_never", "e_low", "a_high");
  }
}
