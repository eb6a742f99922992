package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.core.Given;
import dev.healing.core.OffSwitch;
import dev.healing.spi.Execution;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ActionRunnerTest {
  private final TestHost host = new TestHost();
  private final List<String> done = new ArrayList<>();
  private final List<ActionReport> reports = new ArrayList<>();

  private Function<Execution, ActionReport> effect =
      execution -> {
        done.add("restarted");
        return ActionReport.done("restarted");
      };

  private ActionRunner.Running execute() {
    PreparedAction action =
        new PreparedAction() {
          @Override
          public Preview preview() {
            return Given.preview("web.service");
          }

          @Override
          public ActionReport execute(Execution execution) {
            return effect.apply(execution);
          }
        };
    return new ActionRunner(host, new OffSwitch(host.state(), host.time())::paused)
        .execute(
            "it",
            action,
            Duration.ofSeconds(5),
            Optional::empty,
            List::of,
            progress -> {},
            report -> reports.add(report));
  }

  @Test
  void whatIsCancelledWhileItWaitsForAWorkerSaysSoOnceAndIsNeverDone() {
    ActionRunner.Running running = execute();
    assertThat(running.cancel()).as("had begun").isFalse();
    host.time().runReady();
    assertThat(done).isEmpty();
    assertThat(reports)
        .singleElement()
        .satisfies(r -> assertThat(r.result()).isEqualTo(ActionReport.Result.REFUSED));
  }

  @Test
  void whatHasBegunReportsItself() {
    ActionRunner.Running running = execute();
    host.time().runReady();
    assertThat(running.cancel()).as("had begun").isTrue();
    assertThat(done).hasSize(1);
    assertThat(reports).containsExactly(ActionReport.done("restarted"));
  }

  @Test
  void whoStoppedItIsKeptAlsoWhereNothingElseWouldStopIt() {
    effect =
        execution ->
            execution.pause(Duration.ofSeconds(3))
                ? ActionReport.done("restarted")
                : ActionReport.failed("told to stop");
    ActionRunner.Running running = execute();
    host.time().advance(Duration.ofSeconds(1));
    assertThat(running.cancel("the engine was stopped")).as("had begun").isTrue();
    host.time().advance(Duration.ofSeconds(5));
    assertThat(reports).containsExactly(ActionReport.failed("told to stop"));
    assertThat(running.stopped()).contains("the engine was stopped");
  }

  @Test
  void theOffSwitchStopsWhoHasOnlyWaitedSoFar() {
    OffSwitch offSwitch = new OffSwitch(host.state(), host.time());
    effect =
        execution -> {
          offSwitch.pause(Optional.empty());
          if (!execution.pause(Duration.ofSeconds(1))) {
            throw new RefusedException("stopped before anything was done");
          }
          done.add("killed");
          return ActionReport.done("killed");
        };
    execute();
    host.time().advance(Duration.ofSeconds(2));
    assertThat(done).isEmpty();
    assertThat(reports).containsExactly(ActionReport.refused("stopped before anything was done"));
  }

  @Test
  void whatHasGotSomewhereCanNoLongerSayThatItDidNothing() {
    effect =
        execution -> {
          execution.progress("3 of 8 deleted");
          throw new RefusedException("the rest has changed");
        };
    execute();
    host.time().runReady();
    assertThat(reports)
        .containsExactly(ActionReport.failed("stopped half-way: the rest has changed"));
  }
}
