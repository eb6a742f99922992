package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
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

/** Failed services that are not restarted, and restarts that do not help. */
class RestartRefusalsTest {
  private final World world = new World();

  private void unit(String name, String load, String result, String type) {
    UnitState unit =
        new UnitState(
            name,
            load,
            "failed",
            "failed",
            result,
            type,
            OptionalLong.empty(),
            "1",
            Optional.empty(),
            Set.of());
    world.host.systemd().unit(unit);
  }

  private void restartRefused(String name, String why) {
    HealingAction action = new RestartService.Provider().create(world.host);
    assertThatThrownBy(
            () ->
                action.prepare(
                    world.issue(IssueType.SERVICE_FAILED, name), HostStates.now().build()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }

  @Test
  void unitsThatARestartWouldNotHelp() {
    unit("a.service", "masked", "exit-code", "simple");
    unit("b.service", "loaded", "start-limit-hit", "simple");
    unit("c.service", "loaded", "exit-code", "oneshot");
    unit("d.mount", "loaded", "exit-code", "");
    restartRefused("a.service", "masked");
    restartRefused("b.service", "systemd itself gave up");
    restartRefused("c.service", "may repeat its effects");
    restartRefused("d.mount", "no service");
    for (String nameless : List.of("run-rd41d8cd98f", "run-u42", "run-p1403-i1703")) {
      unit(nameless + ".service", "loaded", "exit-code", "simple");
      restartRefused(nameless + ".service", "a command that somebody ran");
    }
    restartRefused("none.service", "no such unit");
  }

  /** A restart stops what depends on the unit cleanly, and that is a success. */
  @Test
  void unitsThatMayTakeTheHostWithThem() {
    world.host.systemd().service("web.service").service("needs-web.service");
    world.host.systemd().property("web.service", "RequiredBy", "needs-web.service");
    world.host.systemd().service("tells.service").fail("web.service");
    String[][] declared = {
      {"web.service", "StartLimitAction", "reboot-force"},
      {"web.service", "FailureAction", "poweroff"},
      {"needs-web.service", "SuccessAction", "reboot-force"},
      {"needs-web.service", "OnSuccess", "reboot.target"},
      {"web.service", "OnFailure", "tells.service emergency.target"},
    };
    for (String[] one : declared) {
      world.host.systemd().property(one[0], one[1], one[2]);
      restartRefused(
          "web.service",
          one[0] + " may take the host down (" + (one[1].startsWith("On") ? "" : one[1]));
      world.host.systemd().property(one[0], one[1], "");
    }
    world.host.systemd().property("web.service", "OnFailure", "tells.service");
    world.host.systemd().property("tells.service", "SuccessAction", "exit");
    restartRefused("web.service", "starts tells.service, which has SuccessAction=exit");
    world.host.systemd().property("tells.service", "SuccessAction", "none");
    new RestartService.Provider()
        .create(world.host)
        .prepare(world.issue(IssueType.SERVICE_FAILED, "web.service"), HostStates.now().build());
  }

  @Test
  void oneshotsThatWouldRunAgain() {
    world.host.systemd().service("web.service").fail("web.service");
    world.host.systemd().property("web.service", "RequiredBy", "migrate.service");
    world
        .host
        .systemd()
        .unit(
            new UnitState(
                "migrate.service",
                "loaded",
                "active",
                "exited",
                "success",
                "oneshot",
                OptionalLong.empty(),
                "1",
                Optional.empty(),
                Set.of()));
    restartRefused("web.service", "would run migrate.service again, a oneshot");
  }

  @Test
  void activeButNotHealthyIsAFailure() {
    world.host.systemd().service("web.service").fail("web.service");
    world.host.commands().fails(1, "no answer", "probe", "web");
    Configuration section =
        Configuration.of(
            Map.of("probes", Map.of("web.service", Map.of("command", List.of("probe", "web")))));
    HealingAction action =
        new RestartService.Provider().create(world.host.withConfiguration(section));
    assertThat(section.problems()).isEmpty();
    ActionReport report =
        action
            .prepare(world.issue(IssueType.SERVICE_FAILED, "web.service"), HostStates.now().build())
            .execute(new TestExecution(world.host.time(), Duration.ofSeconds(150)));
    assertThat(report.result()).isEqualTo(ActionReport.Result.FAILED);
    assertThat(report.detail()).contains("active but not healthy").contains("no answer");
  }

  @Test
  void restartThatNeverEndsEndsForUs() {
    world.host.systemd().service("web.service").fail("web.service");
    world.host.systemd().whenRestarted("web.service", FakeSystemd.Restart.NEVER_ENDS);
    ActionReport report =
        new RestartService.Provider()
            .create(world.host)
            .prepare(world.issue(IssueType.SERVICE_FAILED, "web.service"), HostStates.now().build())
            .execute(new TestExecution(world.host.time(), Duration.ofSeconds(90)));
    assertThat(report.result()).isEqualTo(ActionReport.Result.FAILED);
  }
}
