package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the actions do not do. */
class RefusalsTest {
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

  @Test
  void hostsWithoutNixSayNotApplicable() {
    for (ActionProvider provider :
        List.of(
            new GarbageCollect.Provider(),
            new OptimizeStore.Provider(),
            new ThinGenerations.Provider(),
            new RollbackGeneration.Provider())) {
      assertThat(provider.create(world.host).unavailable().orElseThrow())
          .startsWith("not applicable here: ");
    }
  }

  @Test
  void nixAtWorkIsLeftAlone() {
    NixStore store = new NixStore(world.host);
    world.host.files().write("/etc/passwd", "nixbld1:x:30001:30000::/var/empty:/bin/false\n");
    world.host.processes().add(FakeProcesses.process(50, "nix-daemon"));
    assertThat(store.busy()).isEmpty();
    world.host.processes().add(FakeProcesses.process(51, "nix"));
    assertThat(store.busy()).hasValueSatisfying(why -> assertThat(why).contains("pid 51"));
    world.host.processes().remove(51);
    world.host.processes().add(FakeProcesses.process(53, ".nixos-rebuild-"));
    assertThat(store.busy()).hasValueSatisfying(why -> assertThat(why).contains("pid 53"));
    world.host.processes().remove(53);
    world.host.processes().add(process(52, "cc1", 1, 30001));
    assertThat(store.busy()).hasValueSatisfying(why -> assertThat(why).contains("pid 52"));
  }

  @Test
  void whatServesAnotherHostIsAtWork() {
    NixStore store = new NixStore(world.host);
    world.host.processes().add(FakeProcesses.process(50, "nix-daemon"));
    world.host.files().write("/proc/50/cmdline", "nix-daemon\0--daemon\0");
    assertThat(store.busy()).isEmpty();
    world.host.files().write("/proc/50/cmdline", "nix-daemon\0--stdio\0");
    assertThat(store.busy()).hasValueSatisfying(why -> assertThat(why).contains("pid 50"));
  }

  @Test
  void soAreUsersThatNobodyMadeWhereNixTakesThoseToBuild() {
    NixStore store = new NixStore(world.host);
    world.host.processes().add(process(52, "cc1", 1, 872415232 + 8388607));
    world.host.processes().add(process(53, "sh", 1, 872415231));
    world.host.processes().add(process(54, "sh", 1, 872415232 + 8388608));
    world.host.files().write("/etc/nix/nix.conf", "# auto-allocate-uids = true\ncores = 2\n");
    assertThat(store.busy()).isEmpty();
    world.host.files().write("/etc/nix/nix.conf", "cores = 2\nauto-allocate-uids = true\n");
    assertThat(store.busy()).hasValueSatisfying(why -> assertThat(why).contains("pid 52"));
    world.host.processes().remove(52);
    assertThat(store.busy()).isEmpty();
  }

  /** Its lane keeps it apart: a rollback that refused because of it could not even wait for it. */
  @Test
  void whatWeStartedOurselvesIsNoReasonToRefuse() {
    long ourselves = world.host.processes().ourselves().get(0);
    world.host.processes().add(process(60, "nix-store", ourselves, 0));
    assertThat(new NixStore(world.host).busy()).isEmpty();
  }

  private static ProcessState process(long pid, String name, long parent, int uid) {
    ProcessState p = FakeProcesses.process(pid, name);
    return new ProcessState(
        p.ref(),
        parent,
        name,
        uid,
        'R',
        p.cpuTime(),
        p.residentBytes(),
        0,
        p.oomScore(),
        p.units(),
        false);
  }

  @Test
  void memoryCanBeReclaimedWhereOnlyOneServiceHasTheController() {
    assertThat(Reclaim.possible(world.host)).isFalse();
    world.host.files().write("/sys/fs/cgroup/system.slice/a.service/memory.reclaim", "");
    assertThat(Reclaim.possible(world.host)).isTrue();
  }

  @Test
  void allAreFound() {
    assertThat(ServiceLoader.load(ActionProvider.class).stream().map(p -> p.get().name()))
        .contains(
            "restart_service",
            "repair_service",
            "kill_process",
            "end_memory_hog",
            "clean_disk",
            "clear_cache",
            "free_memory",
            "garbage_collect",
            "optimize_store",
            "thin_generations",
            "rollback_generation",
            "throttle_service",
            "lift_throttle",
            "mark_generation_good");
  }
}
