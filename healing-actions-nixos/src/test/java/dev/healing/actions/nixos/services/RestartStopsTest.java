package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HealingAction;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is stopped for a restart has its own time for that. */
class RestartStopsTest {
  private static final String WEB = "web.service";
  private static final String USER = "user.service";
  private static final Map<String, Object> KEYS =
      Map.of(
          "stops-within", "30s",
          "starts-within", "4s",
          "probes", Map.of(WEB, Map.of("command", List.of("check"))));

  private final World world = new World();
  private final FakeSystemd systemd = world.host.systemd();
  private Duration took = Duration.ZERO;

  RestartStopsTest() {
    systemd.service(WEB);
    world
        .host
        .commands()
        .on(
            command ->
                new CommandRunner.Result(
                    systemd.restarted().isEmpty() ? 1 : 0, "", "sick", false, false),
            "check");
    world.host.time().advance(Duration.ofMinutes(1)); // it has been up for longer than it may take
  }

  private void is(String unit, String activeState, String invocation) {
    systemd.unit(
        new UnitState(
            unit,
            "loaded",
            activeState,
            "",
            "success",
            "simple",
            OptionalLong.empty(),
            invocation,
            Optional.of(world.host.time().now()),
            Set.of()));
  }

  /** From when it is restarted on. */
  private void becomes(Duration after, String unit, String activeState, String invocation) {
    world.host.time().happens(after, unit, () -> is(unit, activeState, invocation));
  }

  private ActionReport restarted() {
    return restarted(Optional.empty());
  }

  private ActionReport restarted(Optional<Duration> toldToStopAfter) {
    Configuration section = Configuration.of(KEYS);
    HealingAction action =
        new RestartService.Provider().create(world.host.withConfiguration(section));
    assertThat(section.problems()).isEmpty();
    var prepared =
        action.prepare(world.issue(IssueType.SERVICE_FAILED, WEB), HostStates.now().build());
    long began = world.host.time().monotonicNanos();
    TestExecution execution =
        new TestExecution(world.host.time(), action.description().timeLimit());
    toldToStopAfter.ifPresent(
        after -> world.host.time().happens(after, "told to stop", execution::cancel));
    ActionReport report = prepared.execute(execution);
    took = Duration.ofNanos(world.host.time().monotonicNanos() - began);
    assertThat(took).isLessThan(action.description().timeLimit());
    return report;
  }

  private String invocation(String unit) {
    return systemd.unit(unit).orElseThrow().invocationId();
  }

  @Test
  void aStopThatTakesLongIsWaitedForAndTheStartHasAllOfItsTimeAfterwards() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.comesBackAfter(Duration.ofSeconds(23)));
    becomes(Duration.ofMillis(1), WEB, "deactivating", invocation(WEB));
    becomes(Duration.ofSeconds(20), WEB, "activating", "new");
    ActionReport report = restarted();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
  }

  @Test
  void aStartThatDoesNotEndAfterALongStopFails() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    becomes(Duration.ofMillis(1), WEB, "deactivating", invocation(WEB));
    becomes(Duration.ofSeconds(20), WEB, "activating", "new");
    ActionReport report = restarted();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("did not end within 4 s", "activating");
    assertThat(took).isBetween(Duration.ofSeconds(23), Duration.ofSeconds(25));
  }

  @Test
  void whatIsStillBeingStoppedWhenTheTimeIsOverHasNotFailed() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    becomes(Duration.ofMillis(1), WEB, "deactivating", invocation(WEB));
    ActionReport report = restarted();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.UNDER_WAY);
    assertThat(report.detail())
        .contains("its restart is under way", "web.service is still being stopped after 30 s");
    assertThat(took).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
  }

  /** The unit itself waits until they are down, and looks as it did before. */
  @Test
  void whatIsRestartedAlongHasItsTimeToStopToo() {
    systemd.fail(WEB).service(USER).property(WEB, "RequiredBy", USER);
    FakeSystemd.Restart waits = FakeSystemd.Restart.comesBackAfter(Duration.ofSeconds(20));
    systemd.whenRestarted(WEB, waits);
    String before = invocation(WEB);
    becomes(Duration.ofMillis(1), WEB, "failed", before);
    becomes(Duration.ofMillis(1), USER, "deactivating", invocation(USER));
    becomes(Duration.ofSeconds(21), USER, "active", "new");
    ActionReport report = restarted();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);

    systemd.fail(WEB).whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    becomes(Duration.ofMillis(1), WEB, "failed", invocation(WEB));
    becomes(Duration.ofMillis(1), USER, "deactivating", invocation(USER));
    report = restarted();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.UNDER_WAY);
    assertThat(report.detail()).contains("user.service is still being stopped after 30 s");
  }

  @Test
  void whoIsToldToStopDoesNotSayThatItWaitedToTheEnd() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    becomes(Duration.ofMillis(1), WEB, "activating", "new");
    ActionReport report = restarted(Optional.of(Duration.ofSeconds(1)));
    assertThat(report.detail())
        .contains("its restart was under way, and was not watched to the end", "activating")
        .doesNotContain("4 s");
  }

  @Test
  void whoIsToldToStopDoesNotSayThatItWaitedForAllOfAStop() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    becomes(Duration.ofMillis(1), WEB, "deactivating", invocation(WEB));
    ActionReport report = restarted(Optional.of(Duration.ofSeconds(1)));
    assertThat(report.detail())
        .contains("its restart is under way", "web.service is still being stopped;")
        .doesNotContain("30 s");
  }

  @Test
  void whatIsStoppedWhenSystemdFallsSilentIsNotKnown() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    becomes(Duration.ofMillis(1), WEB, "deactivating", invocation(WEB));
    world.host.time().happens(Duration.ofSeconds(10), "hangs", systemd::hangs);
    ActionReport report = restarted();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(report.detail()).contains("not known", "does not answer");
  }
}
