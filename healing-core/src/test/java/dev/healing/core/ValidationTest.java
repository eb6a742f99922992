package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Outcome;
import dev.healing.api.Severity;
import dev.healing.core.journal.Intent;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ValidationTest {
  private static final Issue HIGH = Given.issue(VirtualTime.START, Severity.HIGH, "web.service");

  private static Attempt attempt(OptionalDouble health, boolean leftOver, ActionReport report) {
    Intent intent = Given.intent("a.1", VirtualTime.START, Given.RESTART, "web.service");
    Attempt attempt =
        leftOver ? Attempt.leftOver(intent) : Attempt.begun(intent, "lane", health, true);
    attempt.report = report;
    return attempt;
  }

  private static Attempt done(double health) {
    return attempt(OptionalDouble.of(health), false, ActionReport.done("done"));
  }

  private static HostState health(double health) {
    return HostStates.now().health(health).build();
  }

  private static Outcome stillThere(Attempt attempt, Severity now, HostState state) {
    Issue issue = Given.issue(VirtualTime.START, now, "web.service");
    return Validation.stillThere(attempt, issue, state).outcome();
  }

  @Test
  void goneAfterItWasDoneIsHealed() {
    assertThat(Validation.gone(done(80)).outcome()).isEqualTo(Outcome.HEALED);
  }

  @Test
  void goneWithoutAnythingGainedIsNobodysMerit() {
    ActionReport nothing =
        ActionReport.of(
            ActionReport.Result.NOTHING_GAINED,
            "freed 0 B",
            java.util.Map.of(),
            java.util.Map.of());
    assertThat(Validation.gone(attempt(OptionalDouble.empty(), false, nothing)).outcome())
        .isEqualTo(Outcome.UNCHANGED);
    assertThat(Validation.gone(attempt(OptionalDouble.empty(), false, null)).outcome())
        .isEqualTo(Outcome.UNCHANGED);
  }

  @Test
  void whatNoDetectorSawBeforeIsNotClaimedWhenNoneSeesItAfterwards() {
    Intent intent = Given.intent("a.1", VirtualTime.START, Given.RESTART, "web.service");
    Attempt unseen = Attempt.begun(intent, "lane", OptionalDouble.empty(), false);
    unseen.report = ActionReport.done("done");
    assertThat(Validation.gone(unseen).outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }

  @Test
  void stillThereIsUnchangedUntilItIsClearlyWorse() {
    assertThat(stillThere(done(80), Severity.HIGH, health(80))).isEqualTo(Outcome.UNCHANGED);
    assertThat(stillThere(done(80), Severity.LOW, health(60.1))).isEqualTo(Outcome.UNCHANGED);
    assertThat(stillThere(done(80), Severity.HIGH, health(60))).isEqualTo(Outcome.WORSE);
    assertThat(stillThere(done(80), Severity.CRITICAL, health(80))).isEqualTo(Outcome.WORSE);
  }

  @Test
  void aHealthThatIsNotKnownProvesNothing() {
    Attempt unknown = attempt(OptionalDouble.empty(), false, ActionReport.done("done"));
    assertThat(stillThere(unknown, Severity.HIGH, health(0))).isEqualTo(Outcome.UNCHANGED);
    assertThat(stillThere(done(80), Severity.HIGH, HostStates.now().build()))
        .isEqualTo(Outcome.UNCHANGED);
  }

  @Test
  void whatIsLeftOverFromACrashIsNeverClaimedNorBlamed() {
    Attempt leftOver = attempt(OptionalDouble.empty(), true, null);
    assertThat(Validation.gone(leftOver).outcome()).isEqualTo(Outcome.AMBIGUOUS);
    assertThat(Validation.stillThere(leftOver, HIGH, health(50)).outcome())
        .isEqualTo(Outcome.AMBIGUOUS);
    assertThat(Validation.unseen().outcome()).isEqualTo(Outcome.AMBIGUOUS);
  }
}
