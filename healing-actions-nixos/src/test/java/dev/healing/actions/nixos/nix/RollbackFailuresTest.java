package dev.healing.actions.nixos.nix;

import static dev.healing.actions.nixos.nix.RollbackWorld.LIMIT;
import static dev.healing.actions.nixos.nix.RollbackWorld.failed;
import static dev.healing.actions.nixos.nix.RollbackWorld.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.InMemoryStateStore.Moment;
import dev.healing.testkit.SimulatedCrash;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rollbacks that go wrong at any place. Generation 3 is broken, 2 was before it. */
@Timeout(30)
class RollbackFailuresTest {
  private static final String PROFILE = NixStore.PROFILE;
  private static final String RUNNING = NixStore.RUNNING;
  private static final String TIMER = "healing-rollback-undo.timer";

  private final World world = new World();
  private static final String BEGIN_UNDO =
      "systemctl --no-ask-password start --no-block healing-rollback-undo.service";

  private final RollbackWorld rollback = new RollbackWorld(world, 3);

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
        .prepare(rollback.issue(), HostStates.now().build());
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
  void theTimerIsArmedBeforeTheSwitchAndEachHasItsTime() {
    PreparedAction prepared = prepared();
    assertThat(prepared.preview().steps())
        .anyMatch(step -> step.contains("arm " + TIMER))
        .anyMatch(step -> step.contains("one of app.service is well for 30 s"));
    ActionReport report = prepared.execute(execution());
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("kept");
    assertThat(rollback.calls()).containsExactly("arm", "switch");
    assertThat(rollback.switches)
        .extracting(Command::timeLimit)
        .containsExactly(Duration.ofSeconds(495));
    assertThat(world.host.state().readPlain("rollbacks.rollback.sh").orElseThrow())
        .contains("switch-to-configuration");
    assertThat(world.host.state().readPlain("rollbacks.rollback-undo.sh").orElseThrow())
        .contains("switch-to-configuration");
  }

  @Test
  void whatWasUndoneHasFailedAndSaysWhyAlsoLater() {
    rollback.switching(
        2,
        command -> {
          rollback.says("3 to 2: given up: b.service is in trouble, and was not before");
          rollback.says("3 to 2: undone: generation 3 runs again");
          rollback.unit(TIMER, "inactive");
          return failed(1);
        });
    assertFailed(execute(), 3, "given up: b.service", "undone", "journalctl -u healing-rollback");
    assertThatThrownBy(this::prepared)
        .hasMessageContaining("rolled back from before")
        .hasMessageContaining("given up: b.service");
  }

  /** As where the switch isolates a target, or somebody stops the timer. */
  @Test
  void whatNobodyKeptIsUndoneAlsoWhereTheTimerIsGone() {
    givenUpAndTheTimerGone();
    world
        .host
        .commands()
        .on(
            command -> {
              world.link(PROFILE, "system-3-link");
              world.link(RUNNING, "/nix/store/sys3");
              rollback.says("3 to 2: undone: generation 3 runs again");
              rollback.unit(TIMER, "inactive");
              return RollbackWorld.ok();
            },
            BEGIN_UNDO.split(" "));
    assertFailed(execute(), 3, "given up", "undone");
  }

  @Test
  void whatIsNeitherKeptNorUndoneHasFailedAndIsNotTriedForEver() {
    givenUpAndTheTimerGone();
    world
        .host
        .commands()
        .on(
            command -> {
              rollback.says("3 to 2: could not be undone, exit code 1: this is for a human");
              rollback.unit(TIMER, "inactive");
              return RollbackWorld.ok();
            },
            BEGIN_UNDO.split(" "));
    assertFailed(execute(), 2, "not kept nor undone", "this is for a human");
  }

  private void givenUpAndTheTimerGone() {
    rollback.switching(
        2,
        command -> {
          world.link(PROFILE, "system-2-link");
          world.link(RUNNING, "/nix/store/sys2");
          rollback.says("3 to 2: given up: it was out of time or stopped");
          rollback.unit(TIMER, "inactive");
          return failed(1);
        });
  }

  @Test
  void whatIsEndedByForceIsWaitedForUntilTheTimerHasUndoneIt() {
    rollback.switching(
        2,
        command -> {
          world.link(PROFILE, "system-2-link");
          world
              .host
              .time()
              .happens(
                  Duration.ofSeconds(495),
                  "the timer",
                  () -> {
                    world.link(PROFILE, "system-3-link");
                    rollback.says("3 to 2: undone: generation 3 runs again");
                    rollback.unit(TIMER, "inactive");
                  });
          return failed(137);
        });
    assertFailed(execute(), 3, "undone");
    assertThat(rollback.calls()).containsExactly("arm", "switch");
  }

  @Test
  void whatNeverBeganIsDisarmedByUs() {
    rollback.switching(2, command -> failed(1));
    assertFailed(execute(), 3, "exit code 1");
    assertThat(rollback.calls()).containsExactly("arm", "switch", "disarm");
  }

  @Test
  void whatCannotBeArmedIsNotBegun() {
    rollback.arming(2, command -> failed(1));
    PreparedAction prepared = prepared();
    assertThatThrownBy(() -> prepared.execute(execution()))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("nothing was switched");
    rollback.arming(2, command -> ok()); // which lies: there is no timer
    PreparedAction again = prepared();
    assertThatThrownBy(() -> again.execute(execution())).hasMessageContaining("nothing was");
    assertThat(rollback.switches).isEmpty();
    assertThat(world.host.state().document("rollbacks.json").content()).isEmpty();
  }

  @Test
  void askedToStopItIsLeftToItself() {
    rollback.switching(
        2,
        command -> {
          world.link(PROFILE, "system-2-link");
          rollback.unit("healing-rollback.service", "active");
          Thread.currentThread().interrupt();
          throw new HostException("systemd-run: interrupted, and was ended");
        });
    ActionReport report = execute();
    assertThat(Thread.interrupted()).as("the interrupt is restored").isTrue();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("healing-rollback.service is active", "left alone");
    assertThat(rollback.calls()).containsExactly("arm", "switch");
  }

  @Test
  void oneOfWhichNothingIsKnownIsNotDisarmed() {
    rollback.switching(
        2,
        command -> {
          world.host.systemd().hangs();
          return new CommandRunner.Result(137, "", "", false, true);
        });
    assertThat(execute().detail()).contains("is not known");
    assertThat(rollback.calls()).containsExactly("arm", "switch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"healing-rollback.service", TIMER, "healing-rollback-undo.service"})
  void besideOneNothingIsBegun(String unit) {
    PreparedAction before = prepared();
    rollback.unit(unit, "active");
    assertThat(new NixStore(world.host).busy()).get().asString().contains("is under way");
    assertThatThrownBy(this::prepared)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(unit);
    assertThat(before.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(rollback.calls()).isEmpty();
    assertThat(world.host.state().writes()).as("remembered").isZero();
    assertThat(Protection.vitalOnly().unit(unit)).as("protected").isPresent();
  }

  @Test
  void afterAnUndoThatFailedItIsForAHuman() {
    rollback.unit("healing-rollback-undo.service", "failed");
    assertThatThrownBy(this::prepared).hasMessageContaining("systemctl reset-failed");
  }

  @Test
  void withoutSystemdNothingWouldUndoIt() {
    world.host.systemd().availability(new Systemd.Availability(false, false, "no systemd"));
    assertThatThrownBy(this::prepared).hasMessageContaining("a rollback needs systemd");
  }

  @Test
  void withoutTimeToSeeWhatComesOfItNothingIsBegun() {
    ActionReport report =
        prepared().execute(new TestExecution(world.host.time(), Duration.ofMinutes(16)));
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(rollback.calls()).isEmpty();
    assertThat(world.host.state().writes()).as("remembered").isZero();
  }

  @Test
  void switchThatLiesIsFoundByReadingBack() {
    rollback.switching(
        2,
        command -> {
          rollback.unit(TIMER, "inactive");
          return world.linked(PROFILE, "system-2-link");
        });
    assertFailed(execute(), 2, "did not last");
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
      PreparedAction prepared = prepared();
      move.run();
      Object before = world.names();
      assertThat(prepared.execute(execution()).result()).isEqualTo(Result.REFUSED);
      assertThat(world.names()).isEqualTo(before);
      assertThat(world.host.state().writes()).as("remembered").isZero();
      world.link(PROFILE, "system-3-link");
      world.link(PROFILE + "-2-link", "/nix/store/sys2");
      world.link(RUNNING, "/nix/store/sys3");
    }
    assertThat(rollback.calls()).isEmpty();
  }

  @Test
  void whatCannotBeRememberedIsNotDone() {
    rollback.arming(
        2,
        command -> {
          rollback.unit(TIMER, "active");
          world.host.state().failWrites("No space left on device");
          return ok();
        });
    PreparedAction prepared = prepared();
    assertThatThrownBy(() -> prepared.execute(execution())).isInstanceOf(HostException.class);
    assertThat(at(PROFILE)).isEqualTo("system-3-link");
    assertThat(rollback.calls()).containsExactly("arm", "disarm");
  }

  /** After the two scripts, the second write is the one that names the generations. */
  @ParameterizedTest
  @EnumSource(Moment.class)
  void crashWhileRememberingComesBeforeTheSwitch(Moment moment) {
    PreparedAction prepared = prepared();
    world.host.state().crashAfter(4, moment, 1);
    assertThatThrownBy(() -> prepared.execute(execution())).isInstanceOf(SimulatedCrash.class);
    assertThat(at(PROFILE)).isEqualTo("system-3-link");
    assertThat(rollback.switches).isEmpty();
    world.host.state().restart();
    rollback.unit(TIMER, "inactive"); // it fires, and finds nothing to undo
    if (moment == Moment.AFTER) {
      assertThatThrownBy(this::prepared).hasMessageContaining("rolled back from before");
    } else {
      assertThat(execute().result()).isEqualTo(Result.DONE);
    }
  }

  @Test
  void crashInTheSwitchCountsAsTriedAfterTheRestart() {
    PreparedAction prepared = prepared();
    rollback.switching(
        2,
        command -> {
          throw new OutOfMemoryError("as good as a crash: nothing after it is done");
        });
    assertThatThrownBy(() -> prepared.execute(execution())).isInstanceOf(OutOfMemoryError.class);
    rollback.unit(TIMER, "inactive");
    assertThatThrownBy(this::prepared).hasMessageContaining("rolled back from before");
    assertThat(rollback.switches).hasSize(1);
  }

  @Test
  void previewOfBeforeTheRollbackIsNotGoodForASecondOne() {
    PreparedAction first = prepared();
    PreparedAction second = prepared();
    assertThat(first.execute(execution()).result()).isEqualTo(Result.DONE);
    world.link(PROFILE, "system-3-link");
    world.link(RUNNING, "/nix/store/sys3");
    assertThat(second.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(rollback.switches).hasSize(1);
  }
}
