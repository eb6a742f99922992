package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.InMemoryStateStore.Moment;
import dev.healing.testkit.SimulatedCrash;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rollbacks that go wrong at any place. Generation 3 is broken, 2 was before it. */
@Timeout(30)
class RollbackFailuresTest {
  private static final String PROFILE = NixStore.PROFILE;
  private static final String RUNNING = NixStore.RUNNING;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final World world = new World();
  private final List<Command> switches = new ArrayList<>();

  RollbackFailuresTest() {
    world.generations(3);
    for (int generation = 1; generation <= 3; generation++) {
      String to = "system-" + generation + "-link";
      pointing(generation, command -> world.linked(PROFILE, to));
    }
    switching(command -> world.linked(RUNNING, "/nix/store/sys2"));
  }

  private void pointing(int generation, Function<Command, CommandRunner.Result> answer) {
    String number = Integer.toString(generation);
    world
        .host
        .commands()
        .on(answer, "nix-env", "--profile", PROFILE, "--switch-generation", number);
  }

  /** Once the profile is pointed. */
  private void switching(Function<Command, CommandRunner.Result> answer) {
    onSwitch(
        command -> {
          world.link(PROFILE, "system-2-link");
          return answer.apply(command);
        });
  }

  private void onSwitch(Function<Command, CommandRunner.Result> answer) {
    world
        .host
        .commands()
        .on(
            command -> {
              switches.add(command);
              return answer.apply(command);
            },
            "/bin/sh",
            "-c",
            RollbackUnit.SCRIPT,
            "sh",
            "/bin/nix-env",
            PROFILE,
            "/nix/store/sys2",
            "3",
            "2",
            RUNNING);
  }

  private static CommandRunner.Result failed(int exitCode, String why) {
    return new CommandRunner.Result(exitCode, "", why, false, false);
  }

  private String at(String link) {
    try {
      return Files.readSymbolicLink(world.host.files().path(link)).toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private PreparedAction prepared() {
    return new RollbackGeneration.Provider()
        .create(world.host)
        .prepare(world.issue(IssueType.GENERATION_BROKEN, PROFILE), HostStates.now().build());
  }

  private TestExecution execution() {
    return new TestExecution(world.host.time(), LIMIT);
  }

  private ActionReport execute() {
    return prepared().execute(execution());
  }

  private void assertFailed(ActionReport report, int generation, String... told) {
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains(told);
    assertThat(at(PROFILE)).as(report.detail()).isEqualTo("system-" + generation + "-link");
    assertThat(report.after()).containsEntry("generation", (double) generation);
  }

  @Test
  void scriptThatFailsBeforeAnythingRunsPointsTheProfileBack() {
    switching(command -> failed(1, "no space left"));
    assertFailed(execute(), 3, "no space left", "generation 3, which runs");
    assertThatThrownBy(this::prepared).hasMessageContaining("rolled back from before");
  }

  @Test
  void scriptThatFailsAfterItActivatedKeepsTheProfileOnWhatRuns() {
    switching(
        command -> {
          world.link(RUNNING, "/nix/store/sys2");
          return failed(4, "some units failed");
        });
    assertFailed(execute(), 2, "some units failed", "generation 2, which runs");
  }

  @Test
  void scriptThatHangsIsEndedWhileThereIsTimeToPutTheProfileRight() {
    switching(command -> new CommandRunner.Result(137, "", "", false, true));
    assertFailed(execute(), 3, "took too long", "generation 3, which runs");
    assertThat(switches).hasSize(1);
    assertThat(switches.get(0).timeLimit())
        .isEqualTo(LIMIT.minus(Duration.ofMinutes(2)))
        .isPositive();
  }

  @Test
  void askedToStopInTheScriptTheProfileIsStillPutRight() {
    switching(
        command -> {
          Thread.currentThread().interrupt();
          throw new HostException("/bin/sh: interrupted, and was ended");
        });
    pointing(
        3,
        command -> {
          if (Thread.currentThread().isInterrupted()) {
            throw new HostException("nix-env: interrupted, and was ended");
          }
          return world.linked(PROFILE, "system-3-link");
        });
    ActionReport report = execute();
    assertThat(Thread.interrupted()).as("the interrupt is restored").isTrue();
    assertFailed(report, 3, "interrupted", "generation 3, which runs");
  }

  @Test
  void askedToStopAgainWhileTheProfileIsPutRight() {
    switching(command -> failed(1, "broken"));
    boolean[] asked = new boolean[1];
    pointing(
        3,
        command -> {
          if (!asked[0]) {
            asked[0] = true;
            Thread.currentThread().interrupt();
            throw new HostException("nix-env: interrupted, and was ended");
          }
          return world.linked(PROFILE, "system-3-link");
        });
    ActionReport report = execute();
    assertThat(Thread.interrupted()).as("the interrupt is restored").isTrue();
    assertFailed(report, 3, "generation 3, which runs");
  }

  @Test
  void withoutTimeToPutThingsRightNothingIsBegun() {
    ActionReport report =
        prepared().execute(new TestExecution(world.host.time(), Duration.ofMinutes(2)));
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(switches).isEmpty();
    assertThat(world.host.state().writes()).as("remembered").isZero();
  }

  @Test
  void pointingThatFailsLeavesEverythingAsItWas() {
    onSwitch(command -> failed(1, "read-only file system"));
    assertFailed(execute(), 3, "read-only file system", "generation 3, which runs");
    assertThat(world.host.commands().calls()).hasSize(1);
  }

  @Test
  void profileThatCannotBePointedBackIsSaidWithWhatToDo() {
    switching(command -> failed(1, "broken"));
    pointing(3, command -> failed(1, "read-only file system"));
    assertFailed(execute(), 2, "read-only file system", "--switch-generation 3");
  }

  @Test
  void pointingThatLiesIsFoundByReadingBack() {
    onSwitch(command -> new CommandRunner.Result(0, "", "", false, false));
    assertFailed(execute(), 3, "does not lead to /nix/store/sys2");
  }

  @Test
  void scriptThatLiesIsFoundByReadingBack() {
    switching(command -> new CommandRunner.Result(0, "", "", false, false));
    assertFailed(execute(), 3, "what runs is /nix/store/sys3");
  }

  @Test
  void whatSomebodyElsePointsMeanwhileIsLeftAlone() {
    switching(
        command -> {
          world.link(PROFILE, "system-1-link");
          return failed(1, "broken");
        });
    assertFailed(execute(), 1, "somebody else");
  }

  @Test
  void whatMovedSinceThePreviewIsRefused() {
    List<Runnable> moves =
        List.of(
            () -> world.link(PROFILE, "system-1-link"),
            () -> world.link(PROFILE, "system-2-link"),
            () -> world.link(PROFILE + "-2-link", "/nix/store/sys1"),
            () -> world.link(RUNNING, "/nix/store/sys1"));
    for (Runnable move : moves) {
      World old = world;
      PreparedAction prepared = prepared();
      move.run();
      Object before = old.names();
      assertThat(prepared.execute(execution()).result()).isEqualTo(Result.REFUSED);
      assertThat(old.names()).isEqualTo(before);
      assertThat(world.host.state().writes()).as("remembered").isZero();
      world.link(PROFILE, "system-3-link");
      world.link(PROFILE + "-2-link", "/nix/store/sys2");
      world.link(RUNNING, "/nix/store/sys3");
    }
    assertThat(world.host.commands().calls()).isEmpty();
  }

  @Test
  void whereSomethingElseRunsNobodyKnowsWhatIsBroken() {
    world.link(RUNNING, "/nix/store/sys1");
    assertThatThrownBy(this::prepared)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("neither generation 3");
  }

  @Test
  void switchThatStoppedHalfWayIsRolledBackToWhatStillRuns() {
    world.link(RUNNING, "/nix/store/sys2");
    assertThat(execute().result()).isEqualTo(Result.DONE);
    assertThat(at(PROFILE)).isEqualTo("system-2-link");
  }

  @Test
  void whatCannotBeRememberedIsNotDone() {
    PreparedAction prepared = prepared();
    world.host.state().failWrites("No space left on device");
    assertThatThrownBy(() -> prepared.execute(execution())).isInstanceOf(HostException.class);
    assertThat(at(PROFILE)).isEqualTo("system-3-link");
    assertThat(world.host.commands().calls()).isEmpty();
  }

  /** The second write is the one that names the generations. */
  @ParameterizedTest
  @EnumSource(Moment.class)
  void crashWhileRememberingComesBeforeTheSwitch(Moment moment) {
    PreparedAction prepared = prepared();
    world.host.state().crashAfter(2, moment, 1);
    assertThatThrownBy(() -> prepared.execute(execution())).isInstanceOf(SimulatedCrash.class);
    assertThat(at(PROFILE)).isEqualTo("system-3-link");
    assertThat(world.host.commands().calls()).isEmpty();
    world.host.state().restart();
    if (moment == Moment.AFTER) {
      assertThatThrownBy(this::prepared).hasMessageContaining("rolled back from before");
    } else {
      assertThat(execute().result()).isEqualTo(Result.DONE);
    }
  }

  @Test
  void crashInTheSwitchCountsAsTriedAfterTheRestart() {
    PreparedAction prepared = prepared();
    switching(
        command -> {
          throw new OutOfMemoryError("as good as a crash: nothing after it is done");
        });
    assertThatThrownBy(() -> prepared.execute(execution())).isInstanceOf(OutOfMemoryError.class);
    world.link(PROFILE, "system-3-link");
    assertThatThrownBy(this::prepared).hasMessageContaining("rolled back from before");
    assertThat(switches).hasSize(1);
  }

  @Test
  void previewOfBeforeTheRollbackIsNotGoodForASecondOne() {
    PreparedAction first = prepared();
    PreparedAction second = prepared();
    assertThat(first.execute(execution()).result()).isEqualTo(Result.DONE);
    world.link(PROFILE, "system-3-link");
    world.link(RUNNING, "/nix/store/sys3");
    assertThat(second.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(switches).hasSize(1);
  }
}
