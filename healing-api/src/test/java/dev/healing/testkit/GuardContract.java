package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.api.Verdict;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.Guard;
import dev.healing.spi.Proposal;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every guard promises. Extend it, implement the three methods, and inherit the tests. */
public abstract class GuardContract {
  /** The guard. */
  protected abstract Guard guard();

  /** A proposal that it has nothing against. */
  protected abstract Proposal innocent();

  /** A proposal that it does not let pass as it is. */
  protected abstract Proposal guilty();

  /** A proposal of this action about this issue, on the engine's own word, without a preview. */
  protected static Proposal proposal(
      ActionDescription action, Issue issue, HostState state, ActionHistory history) {
    HealingPlan plan =
        new HealingPlan(
            issue,
            List.of(new HealingPlan.Step(action, Confidence.UNKNOWN)),
            List.of(),
            "for a test");
    Incident incident =
        new Incident(
            "I1",
            issue.fingerprint(),
            issue,
            IncidentStatus.OPEN,
            issue.detectedAt(),
            state.at(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            "");
    return new Proposal(
        state.at(), incident, plan, Optional.empty(), Origin.AUTOMATIC, state, history);
  }

  /** A history of these entries. */
  protected static ActionHistory history(ActionHistory.Entry... entries) {
    return new Fixed(List.of(entries));
  }

  @Test
  public final void letsTheInnocentPass() {
    assertThat(guard().judge(innocent()).kind()).isEqualTo(Verdict.Kind.PROCEED);
  }

  @Test
  public final void doesNotLetTheGuiltyPass() {
    assertThat(guard().judge(guilty()).kind()).isNotEqualTo(Verdict.Kind.PROCEED);
  }

  @Test
  public final void givesItsReason() {
    assertThat(guard().judge(innocent()).reason()).isNotBlank();
    assertThat(guard().judge(guilty()).reason()).isNotBlank();
  }

  @Test
  public final void saysTheSameOfTheSame() {
    Guard guard = guard();
    Proposal guilty = guilty();
    Proposal innocent = innocent();
    Verdict first = guard.judge(guilty);
    assertThat(guard.judge(innocent).kind()).isEqualTo(Verdict.Kind.PROCEED);
    assertThat(guard.judge(guilty)).as("asked again").isEqualTo(first);
  }

  private record Fixed(List<Entry> entries) implements ActionHistory {
    @Override
    public List<Entry> within(Duration window) {
      return entries.stream()
          .filter(entry -> entry.age().compareTo(window) <= 0)
          .sorted(Comparator.comparing(Entry::age))
          .toList();
    }

    @Override
    public Optional<Entry> last(ActionId action, String target) {
      return within(Duration.ofDays(36_500)).stream()
          .filter(entry -> entry.action().equals(action) && entry.target().equals(target))
          .findFirst();
    }

    @Override
    public List<Entry> of(Fingerprint fingerprint, Duration window) {
      return within(window).stream()
          .filter(entry -> entry.fingerprint().equals(fingerprint))
          .toList();
    }
  }
}
