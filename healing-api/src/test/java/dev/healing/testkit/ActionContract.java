package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every healing action promises. Extend it, build a world with something to heal in fields of
 * your class (JUnit makes a new one for each test), and inherit the tests.
 */
public abstract class ActionContract {
  /** What makes the action. */
  protected abstract ActionProvider provider();

  /** The host that it acts on. */
  protected abstract HostContext context();

  /** The time of that host. */
  protected abstract VirtualTime time();

  /** An issue that it treats, with something to do about it in the world. */
  protected abstract Issue issue();

  /** All that the action could touch, as a value to compare: files, units, signals sent. */
  protected abstract Object worldSnapshot();

  /** Asserts that the world is as the preview said it would be. */
  protected abstract void assertDone(Preview preview, ActionReport report);

  /** Changes the world so that what was previewed must not be done any more. */
  protected abstract void changeTheWorld();

  /** The state of the host; with nothing known unless overridden. */
  protected HostState state() {
    return HostStates.at(time().now()).build();
  }

  /** An issue about something that must never be touched, where there is such a thing. */
  protected Optional<Issue> protectedIssue() {
    return Optional.empty();
  }

  private HealingAction action() {
    return provider().create(context());
  }

  /** On a worker, since it may wait. */
  private PreparedAction prepare(HealingAction action, Issue issue) {
    return time().onWorker(() -> action.prepare(issue, state()));
  }

  private TestExecution execution(HealingAction action) {
    return new TestExecution(time(), action.description().timeLimit());
  }

  @Test
  public final void describesItselfCompletely() {
    ActionDescription description = action().description();
    assertThat(description).as("asked again").isEqualTo(action().description());
    assertThat(description.id().name()).as("the provider's name").isEqualTo(provider().name());
    assertThat(description.summary()).as("summary").isNotBlank();
    assertThat(description.treats()).as("treats").isNotEmpty();
    assertThat(description.reversible()).as("reversible").isNotBlank();
  }

  @Test
  public final void creatingAndPreparingChangeNothing() {
    Object before = worldSnapshot();
    HealingAction action = action();
    action.unavailable().ifPresent(why -> assertThat(why).as("unavailable").isNotBlank());
    prepare(action, issue());
    assertThat(worldSnapshot()).as("the world after prepare").isEqualTo(before);
  }

  @Test
  public final void previewsTheSameTwice() {
    HealingAction action = action();
    Preview preview = prepare(action, issue()).preview();
    assertThat(prepare(action, issue()).preview()).isEqualTo(preview);
    assertThat(preview.target()).as("target").isNotBlank();
    assertThat(preview.lane()).as("lane").isNotBlank();
    assertThat(preview.expectedDuration())
        .as("how long it probably takes")
        .isBetween(Duration.ZERO, action.description().timeLimit());
  }

  @Test
  public final void doesWhatThePreviewSays() {
    HealingAction action = action();
    PreparedAction prepared = prepare(action, issue());
    Preview preview = prepared.preview();
    ActionReport report = prepared.execute(execution(action));
    assertThat(report.result()).as("%s", report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).as("detail").isNotBlank();
    assertThat(prepared.preview()).as("the preview afterwards").isEqualTo(preview);
    assertThat(report.after().keySet())
        .as("numbers after, beside those before")
        .containsAll(report.before().keySet());
    assertDone(preview, report);
  }

  @Test
  public final void doesWhatWasPreviewedOnlyOnce() {
    HealingAction action = action();
    PreparedAction prepared = prepare(action, issue());
    prepared.execute(execution(action));
    Object once = worldSnapshot();
    try {
      ActionReport again = prepared.execute(execution(action));
      assertThat(again.result()).as("%s", again.detail()).isNotEqualTo(Result.DONE);
    } catch (HealingException refused) {
      assertThat(refused.getMessage()).as("why it refused").isNotBlank();
    }
    assertThat(worldSnapshot()).as("the world after the second time").isEqualTo(once);
  }

  @Test
  public final void refusesWhenTheWorldHasChanged() {
    HealingAction action = action();
    PreparedAction prepared = prepare(action, issue());
    changeTheWorld();
    Object before = worldSnapshot();
    try {
      ActionReport report = prepared.execute(execution(action));
      assertThat(report.result()).as("%s", report.detail()).isEqualTo(Result.REFUSED);
      assertThat(report.detail()).as("why it refused").isNotBlank();
    } catch (RefusedException refused) {
      assertThat(refused.getMessage()).as("why it refused").isNotBlank();
    }
    assertThat(worldSnapshot()).as("the world after the refusal").isEqualTo(before);
  }

  @Test
  public final void stopsWhenCancelled() {
    HealingAction action = action();
    PreparedAction prepared = prepare(action, issue());
    long before = time().monotonicNanos();
    try {
      prepared.execute(execution(action).cancel());
    } catch (HealingException stopped) {
      assertThat(stopped.getMessage()).as("why it stopped").isNotBlank();
    }
    assertThat(time().monotonicNanos()).as("time after a cancelled execution").isEqualTo(before);
  }

  @Test
  public final void stopsBetweenStepsAndDoesNotCallThatDone() {
    HealingAction action = action();
    PreparedAction prepared = prepare(action, issue());
    try {
      ActionReport report = prepared.execute(execution(action).cancelAtFirstStep());
      assertThat(report.detail()).as("detail").isNotBlank();
      if (report.result() == Result.DONE) {
        assertDone(prepared.preview(), report);
      }
    } catch (HealingException stopped) {
      assertThat(stopped.getMessage()).as("why it stopped").isNotBlank();
    }
  }

  @Test
  public final void refusesIssuesThatItDoesNotTreat() {
    Issue foreign =
        Issue.of(
            time().now(),
            IssueType.of("of_the_contract"),
            issue().severity(),
            "an issue that no action treats",
            Map.of(),
            issue().components());
    Object before = worldSnapshot();
    assertThatThrownBy(() -> prepare(action(), foreign)).isInstanceOf(RefusedException.class);
    assertThat(worldSnapshot()).isEqualTo(before);
  }

  @Test
  public final void neverTouchesWhatIsProtected() {
    if (protectedIssue().isEmpty()) {
      return;
    }
    Object before = worldSnapshot();
    assertThatThrownBy(() -> prepare(action(), protectedIssue().orElseThrow()))
        .isInstanceOf(RefusedException.class);
    assertThat(worldSnapshot()).isEqualTo(before);
  }
}
