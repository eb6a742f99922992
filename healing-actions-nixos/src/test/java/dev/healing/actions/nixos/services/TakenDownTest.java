package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.UnitState;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is bound to a service that failed, and is down: by systemd, or because somebody wants so.
 */
class TakenDownTest {
  private static final String DB = "db.service";
  private static final String BOUND = "bound.service";
  private static final String USER = "user.service";
  private static final String AGAIN = "started again when it is up, since it went down with it: ";
  private static final String LEFT = "bound to it, and left down ('systemctl start' starts it): ";

  private final World world = new World();
  private final FakeSystemd systemd = world.host.systemd();

  /**
   * The service failed at 5000; what is bound to it went down right after, first who hangs on that.
   */
  @BeforeEach
  void failed() {
    systemd.service(DB).fail(DB).property(DB, "BoundBy", BOUND);
    left(DB, 5000);
    down(BOUND, "simple");
    left(BOUND, 5002).property(BOUND, "After", "sysinit.target " + DB);
    systemd.property(BOUND, "RequiredBy", USER).property(BOUND, "BindsTo", DB);
    down(USER, "simple");
    left(USER, 5001).property(USER, "After", BOUND);
  }

  private FakeSystemd left(String unit, long micros) {
    return systemd.property(unit, "ActiveExitTimestampMonotonic", Long.toString(micros));
  }

  private void down(String unit, String type) {
    is(unit, type, "inactive");
  }

  private void is(String unit, String type, String activeState) {
    systemd.unit(
        new UnitState(
            unit,
            "loaded",
            activeState,
            "",
            "success",
            type,
            OptionalLong.empty(),
            "before",
            Optional.empty(),
            Set.of()));
  }

  private PreparedAction prepared(Map<String, Object> keys) {
    HealingAction action =
        new RestartService.Provider().create(world.host.withConfiguration(Configuration.of(keys)));
    return action.prepare(world.issue(IssueType.SERVICE_FAILED, DB), HostStates.now().build());
  }

  private ActionReport done(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(5)));
  }

  private void assertLeftDown() {
    PreparedAction prepared = prepared(Map.of());
    assertThat(prepared.preview().steps()).contains(LEFT + BOUND);
    ActionReport report = done(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).endsWith("; left down, although bound to it: " + BOUND);
    assertThat(systemd.restarted()).containsExactly(DB);
  }

  @Test
  void whatWentDownWithItIsStartedAgainWhenItIsUp() {
    PreparedAction prepared = prepared(Map.of());
    assertThat(prepared.preview().steps())
        .contains(AGAIN + BOUND + ", " + USER)
        .noneMatch(step -> step.startsWith("bound to it"));
    assertThat(prepared.destroys()).as("all of them are down").isFalse();
    ActionReport report = done(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).endsWith(", and bound.service, user.service");
    assertThat(systemd.restarted()).containsExactly(DB, BOUND, USER);
  }

  @Test
  void whoDoesNotComeUpWithItIsNotHealed() {
    systemd.whenRestarted(USER, FakeSystemd.Restart.FAILS_AGAIN);
    ActionReport report = done(prepared(Map.of()));
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("user.service, which went down with it, is failed");
  }

  @Test
  void whoStillComesUpWhenTheTimeIsOverHasNotFailed() {
    systemd.whenRestarted(USER, FakeSystemd.Restart.NEVER_ENDS);
    ActionReport report = done(prepared(Map.of()));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.UNDER_WAY);
    assertThat(report.detail()).contains("user.service, which went down with it, is activating");
  }

  @Test
  void whatSomebodyStoppedBeforeIsLeftDown() {
    left(BOUND, 4999);
    assertLeftDown();
  }

  /** Without an order between them, who is stopped together leaves in any. */
  @Test
  void whatIsNotOrderedAfterItIsLeftDown() {
    systemd.property(BOUND, "After", "sysinit.target");
    assertLeftDown();
  }

  @Test
  void whatIsDisabledIsLeftDown() {
    systemd.property(BOUND, "UnitFileState", "disabled");
    assertLeftDown();
  }

  /** Else the service would be called not healed for it. */
  @Test
  void whatSystemdWouldNotStartIsLeftDown() {
    systemd.property(BOUND, "CanStart", "no");
    assertLeftDown();
    failed();
    systemd.property(BOUND, "CanStart", "yes").property(BOUND, "Conditions", "some");
    world.host.commands().installed("systemd-analyze", Path.of("/usr/bin/systemd-analyze"));
    world
        .host
        .commands()
        .succeeds("Conditions succeeded.\n", "systemd-analyze", "condition", "--unit=" + BOUND);
    assertThat(prepared(Map.of()).preview().steps()).contains(AGAIN + BOUND + ", " + USER);
    world
        .host
        .commands()
        .fails(
            1,
            BOUND + ": ConditionPathExists=/on failed.\nConditions failed.\n",
            "systemd-analyze",
            "condition",
            "--unit=" + BOUND);
    assertThat(prepared(Map.of()).preview().steps()).contains(LEFT + BOUND);
  }

  @Test
  void anythingProtectedIsLeftDown() {
    world.host.protect(new Protection(List.of("bound"), List.of()));
    assertLeftDown();
  }

  @Test
  void whatWouldRunAgainOrTakeTheHostDownIsLeftDown() {
    down(BOUND, "oneshot");
    assertThat(prepared(Map.of("oneshot", true)).preview().steps())
        .contains(AGAIN + BOUND + ", " + USER);
    assertLeftDown();
    failed();
    systemd.property(BOUND, "FailureAction", "reboot");
    assertThat(prepared(Map.of()).preview().steps()).contains(LEFT + BOUND);
  }

  @Test
  void whatWouldStartWhatIsProtectedIsLeftDownAndTheServiceRestartedAllTheSame() {
    systemd.service("mine.service").fail("mine.service");
    systemd.property(USER, "Wants", "mine.service");
    world.host.protect(new Protection(List.of("mine"), List.of()));
    PreparedAction prepared = prepared(Map.of());
    assertThat(prepared.preview().steps()).contains(LEFT + BOUND + ", " + USER);
    assertThat(done(prepared).result()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(DB);
  }

  @Test
  void moreThanAllowedAreLeftDown() {
    assertThat(prepared(Map.of("most-others", 1)).preview().steps())
        .contains(LEFT + BOUND + ", " + USER);
  }

  /**
   * Who only requires what went down was stopped before that; who left later was stopped by
   * somebody.
   */
  @Test
  void whatSomebodyStoppedAfterwardsIsLeftDown() {
    left(USER, 5003);
    ActionReport report = done(prepared(Map.of()));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(DB, BOUND);
  }

  @Test
  void whatIsStartedForThemIsShown() {
    systemd.service("helper.service").fail("helper.service");
    systemd.property(USER, "Wants", "helper.service");
    assertThat(prepared(Map.of()).preview().steps())
        .contains("systemd starts what is asked for and is down: helper.service");
  }

  @Test
  void whatTheServiceAsksForItselfIsSystemdsToStart() {
    systemd.property(DB, "Wants", BOUND);
    assertThat(prepared(Map.of()).preview().steps()).contains(AGAIN + BOUND + ", " + USER);
    left(BOUND, 4000);
    assertThat(prepared(Map.of()).preview().steps())
        .contains("systemd starts what is asked for and is down: bound.service")
        .noneMatch(step -> step.startsWith("bound to it"));
  }

  /** Its stop was asked for before the failure, and had to wait for another one. */
  @Test
  void whoseStopWaitedForAnotherThatSomebodyStoppedIsLeftDown() {
    down("slow.service", "simple");
    left("slow.service", 4000);
    systemd.property("slow.service", "InactiveEnterTimestampMonotonic", "5001");
    systemd.property(USER, "Before", "slow.service");
    systemd.property(BOUND, "Before", "shutdown.target " + USER);
    assertLeftDown();
    failed();
    systemd.property("slow.service", "InactiveEnterTimestampMonotonic", "4500"); // was over by then
    assertThat(prepared(Map.of()).preview().steps()).contains(AGAIN + BOUND + ", " + USER);
    is("slow.service", "simple", "deactivating"); // or goes on still
    assertThat(prepared(Map.of()).preview().steps()).contains(LEFT + BOUND);
  }

  private void falls() {
    is(USER, "simple", "deactivating");
    is(BOUND, "simple", "active"); // its stop waits for that of the other
    left(BOUND, 0);
    systemd.queue(new Systemd.Job(7, BOUND, "stop", false));
  }

  /** systemd refuses a restart that would undo a stop that it has not ended. */
  @Test
  void whatIsStillOnItsWayDownIsWaitedForAndThenStartedAgain() {
    falls();
    PreparedAction prepared = prepared(Map.of());
    assertThat(prepared.preview().steps())
        .contains(
            AGAIN + BOUND + ", " + USER, "nothing else that is up is stopped or restarted with it");
    world
        .host
        .time()
        .happens(
            Duration.ofSeconds(20),
            "down",
            () -> {
              assertThat(systemd.restarted()).isEmpty();
              failed();
              systemd.queue();
            });
    ActionReport report = done(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(DB, BOUND, USER);
  }

  @Test
  void nothingIsDoneWhileItDoesNotGoDownOrTheServiceIsNoLongerWhatItWas() {
    falls();
    ActionReport report = done(prepared(Map.of("stops-within", "10s")));
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("is still being stopped: bound.service");
    PreparedAction prepared = prepared(Map.of());
    world
        .host
        .time()
        .happens(
            Duration.ofSeconds(2),
            "stopped",
            () -> {
              down(DB, "simple");
              down(BOUND, "simple");
              down(USER, "simple");
            });
    report = done(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("db.service is inactive");
    assertThat(systemd.restarted()).isEmpty();
  }

  /** Refused is what has done nothing; this has read the unit files again. */
  @Test
  void whatWasRepairedBeforeIsToldWhereTheRestartIsNotBegun() {
    falls();
    systemd.property(DB, "NeedDaemonReload", "yes");
    HealingAction action =
        new RepairService.Provider()
            .create(world.host.withConfiguration(Configuration.of(Map.of("stops-within", "10s"))));
    ActionReport report =
        done(action.prepare(world.issue(IssueType.SERVICE_FAILED, DB), HostStates.now().build()));
    assertThat(systemd.filesRead()).isEqualTo(1);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.FAILED);
    assertThat(report.detail())
        .contains("systemd read its unit files again", "it was not restarted after that");
  }

  /** What falls and what is stopped for the restart itself have each their own time. */
  @Test
  void thereIsTimeForAllOfIt() {
    RestartKeys keys = RestartKeys.read(Configuration.of(Map.of("stops-within", "100s")));
    assertThat(keys.timeLimit())
        .isGreaterThan(
            keys.stopsWithin()
                .multipliedBy(2)
                .plus(keys.startsWithin())
                .plus(keys.healthyWithin()));
  }

  @Test
  void anotherSetThanShownIsNotStarted() {
    PreparedAction prepared = prepared(Map.of());
    left(BOUND, 4000); // as if it had been up and stopped by somebody since
    ActionReport report = done(prepared);
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("taken-down");
  }
}
