package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.UnitState;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What systemd would not start again is not stopped, and what it did not start is said. */
class StartConditionsTest {
  private static final String WEB = "web.service";
  private static final String OTHER = "other.service";
  private static final String UNMET =
      ": ConditionPathExists=!/run/off failed.\n"
          + "%s: ConditionPathExists=/etc succeeded.\nConditions failed.\n";

  private final World world = new World();
  private final FakeSystemd systemd = world.host.systemd();

  private PreparedAction prepared(Map<String, Object> keys) {
    Configuration section = Configuration.of(keys);
    HealingAction action =
        new RestartService.Provider().create(world.host.withConfiguration(section));
    assertThat(section.problems()).isEmpty();
    return action.prepare(world.issue(IssueType.SERVICE_FAILED, WEB), HostStates.now().build());
  }

  private Map<String, Object> sick() {
    world.host.commands().fails(1, "sick", "check");
    world.host.time().advance(Duration.ofMinutes(1));
    return Map.of("probes", Map.of(WEB, Map.of("command", List.of("check"))));
  }

  @Test
  void whatIsUpIsNotStoppedWhereItWouldNotComeUpAgain() {
    systemd.service(WEB).service(OTHER, WEB);
    world.host.commands().installed("systemd-analyze", Path.of("/usr/bin/systemd-analyze"));
    Map<String, Object> keys = sick();
    for (String unit : List.of(WEB, OTHER)) {
      systemd.property(unit, "Conditions", "some");
      world
          .host
          .commands()
          .fails(1, unit + UNMET.formatted(unit), "systemd-analyze", "condition", "--unit=" + unit);
      assertThatThrownBy(() -> prepared(keys))
          .hasMessageContaining(unit + " is up and would not come up again")
          .hasMessageContaining("only if ConditionPathExists=!/run/off, and");
      systemd.property(unit, "Conditions", "");
    }
    systemd.property(WEB, "Conditions", "some");
    for (String fine : List.of("Conditions succeeded.", "systemd-analyze: unrecognized option")) {
      world.host.commands().fails(1, fine, "systemd-analyze", "condition", "--unit=" + WEB);
      assertThat(prepared(keys).preview().target()).isEqualTo(WEB);
    }
  }

  /** A start that is tried in vain does no harm, and may be what is wanted in a moment. */
  @Test
  void whatIsDownIsTriedAndWhyItWasNotStartedIsSaid() {
    systemd.service(WEB).fail(WEB).property(WEB, "Conditions", "some");
    assertThat(prepared(Map.of()).preview().target()).isEqualTo(WEB);
    assertThat(StartConditions.kept(world.host, WEB)).isEmpty();
    systemd.property(WEB, "ConditionResult", "no");
    assertThat(StartConditions.kept(world.host, WEB)).get().asString().contains("Condition…=");
    systemd.property(WEB, "ConditionResult", "yes").property(WEB, "Requires", "db.service");
    systemd.service("db.service");
    assertThat(StartConditions.kept(world.host, WEB)).isEmpty();
    systemd.fail("db.service");
    assertThat(StartConditions.kept(world.host, WEB))
        .isEqualTo(Optional.of("what it requires is not up: db.service"));
  }

  @Test
  void whatNobodyMayStopByHandIsNotRestarted() {
    systemd.service(WEB).fail(WEB).property(WEB, "RefuseManualStop", "yes");
    assertThatThrownBy(() -> prepared(Map.of())).hasMessageContaining("RefuseManualStop");
  }

  /** One that remains when it has run, and whose work does not satisfy its probe. */
  @Test
  void aOneshotThatIsUpAndSickIsNotRunAgainEither() {
    systemd.unit(
        new UnitState(
            WEB,
            "loaded",
            "active",
            "exited",
            "success",
            "oneshot",
            OptionalLong.empty(),
            "1",
            Optional.empty(),
            Set.of()));
    Map<String, Object> keys = new HashMap<>(sick());
    assertThatThrownBy(() -> prepared(keys)).hasMessageContaining("is a oneshot");
    keys.put("oneshot", true);
    assertThat(prepared(keys).preview().target()).isEqualTo(WEB);
  }

  @Test
  void aStartHasItsTimeAlsoWhereAReloadCameBefore() {
    systemd.service(WEB).property(WEB, "CanReload", "yes");
    systemd.whenRestarted(WEB, new FakeSystemd.Restart(true, Optional.of(Duration.ofSeconds(3))));
    Map<String, Object> keys = Map.of("starts-within", "5s", "probes", sick().get("probes"));
    ActionReport report =
        prepared(keys).execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(systemd.reloaded()).containsExactly(WEB);
    assertThat(report.detail()).contains("active but not healthy").doesNotContain("did not end");
  }
}
