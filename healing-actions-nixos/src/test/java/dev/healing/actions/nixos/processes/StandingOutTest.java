package dev.healing.actions.nixos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whom kill_process chooses: who stands out clearly, or who is preferred. */
class StandingOutTest {
  private final World world = new World();
  private IssueType type = IssueType.MEMORY_HIGH;

  StandingOutTest() {
    world.memory(1_000_000, 50_000);
    world.host.processes().remove(1);
  }

  private void uses(long pid, String name, int percent) {
    world.process(pid, name, percent * 10_240_000L);
  }

  private Preview prepare(Map<String, Object> section) {
    return prepared(section).preview();
  }

  private PreparedAction prepared(Map<String, Object> section) {
    HealingAction action =
        new KillProcess.Provider().create(world.host.withConfiguration(Configuration.of(section)));
    return world
        .host
        .time()
        .onWorker(() -> action.prepare(world.issue(type, "memory"), HostStates.now().build()));
  }

  @Test
  void twiceTheNextIsEnough() {
    uses(200, "leaky", 40);
    uses(201, "other", 20);
    assertThat(prepare(Map.of()).target()).isEqualTo("leaky:200");
  }

  @Test
  void lessThanTwiceTheNextIsNot() {
    uses(200, "leaky", 40);
    uses(201, "other", 21);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("nobody stands out")
        .hasMessageContaining("leaky (pid 200")
        .hasMessageContaining("other (pid 201");
  }

  @Test
  void nobodyStandsOutBesideAProtectedOneThatUsesMore() {
    uses(200, "leaky", 20);
    uses(201, "sshd", 60);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("nobody stands out")
        .hasMessageContaining("sshd (pid 201");
  }

  @Test
  void runnerUpCountsEvenBelowTheLeastShare() {
    uses(200, "leaky", 12);
    uses(201, "other", 9);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("other (pid 201");
  }

  @Test
  void processThatGotTheNumberMeanwhileIsLeftAlone() {
    uses(200, "leaky", 40);
    PreparedAction prepared = prepared(Map.of());
    ProcessState old = world.host.processes().find(200).orElseThrow();
    world
        .host
        .processes()
        .add(
            new ProcessState(
                new Ref(200, old.ref().startTicks() + 1),
                old.parentPid(),
                old.name(),
                old.uid(),
                old.state(),
                old.cpuTime(),
                old.residentBytes(),
                old.oomScoreAdj(),
                old.oomScore(),
                old.units(),
                false));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(report.result()).isEqualTo(ActionReport.Result.REFUSED);
    assertThat(world.host.processes().signals()).isEmpty();
  }

  @Test
  void whoDoesNotListenIsKilledAfterPatience() {
    uses(200, "leaky", 40);
    ProcessState stubborn = world.host.processes().find(200).orElseThrow();
    world.host.processes().add(stubborn, FakeProcesses.Manner.STUBBORN);
    ActionReport report =
        prepared(Map.of("patience", "3s"))
            .execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(report.detail()).contains("did not listen and was killed");
    assertThat(world.host.processes().signals()).hasSize(2);
  }

  @Test
  void preferredOneNeedsNoMargin() {
    uses(200, "leaky", 40);
    uses(201, "browser", 30);
    assertThat(prepare(Map.of("prefer", List.of("brow*"))).target()).isEqualTo("browser:201");
  }

  private void has(long pid, String name, int percent, int oomScore, String... units) {
    ProcessState usual = FakeProcesses.process(pid, name);
    world
        .host
        .processes()
        .add(
            new ProcessState(
                usual.ref(),
                usual.parentPid(),
                name,
                usual.uid(),
                'S',
                usual.cpuTime(),
                percent * 10_240_000L,
                0,
                OptionalInt.of(oomScore),
                List.of(units),
                false));
  }

  @Test
  void whoGrowsStandsOutBeforeWhoIsLarge() {
    uses(200, "large", 30);
    uses(201, "leaky", 20);
    world.host.time().happens(Duration.ofMillis(250), "it leaks", () -> uses(201, "leaky", 40));
    Preview preview = prepare(Map.of());
    assertThat(preview.target()).isEqualTo("leaky:201");
    assertThat(because(preview)).contains("growing by").contains("next is large (pid 200");
  }

  @Test
  void nobodyIsEndedWhomTheKernelWouldSpareBeforeAnother() {
    has(200, "large", 50, 300);
    has(201, "doomed", 20, 900);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the kernel would sooner end doomed (pid 201");
    assertThat(prepare(Map.of("prefer", List.of("large"))).target()).isEqualTo("large:200");
    has(201, "doomed", 20, 200);
    assertThat(because(prepare(Map.of()))).contains("oom score 300");
  }

  @Test
  void avoidedAndProtectedOnesAreNotChosenHoweverLarge() {
    has(200, "sparedbyname", 90, 1, "system.slice", "a.service");
    has(201, "sparedbyscope", 90, 1, "user.slice", "user-7.slice", "session-3.scope");
    has(202, "sparedbyslice", 90, 1, "batch.slice", "batch-night.slice", "b.service");
    has(203, "sparedbyalias", 90, 1, "system.slice", "maria.service");
    has(204, "ordinary", 90, 1, "system.slice", "c.service");
    world.service("maria.service", "simple", 1);
    world.host.systemd().alias("mysql.service", "maria.service");
    world.host.protect(
        new Protection(List.of("session-3.scope", "batch.slice", "mysql.service"), List.of()));
    assertThat(prepare(Map.of("avoid", List.of("*byname"), "prefer", List.of("*"))).target())
        .isEqualTo("ordinary:204");
  }

  @Test
  void theProcessOfAOneshotAndAChildOfAServiceAreEndedThemselves() {
    has(200, "backup", 40, 1, "system.slice", "backup.service");
    world.service("backup.service", "oneshot", 200);
    assertThat(prepare(Map.of()).target()).isEqualTo("backup:200");
    world.service("backup.service", "simple", 199);
    assertThat(prepare(Map.of()).target()).isEqualTo("backup:200");
    world.service("backup.service", "simple", 200);
    assertThat(prepare(Map.of()).target()).isEqualTo("backup.service");
  }

  /** A database whose process is killed goes down as a whole. */
  @Test
  void whatIsPartOfAServiceOrAContainerIsAskedAndNeverKilled() {
    world.service("db.service", "simple", 199);
    for (String whole : List.of("db.service", "docker-7f0a.scope", "session-3.scope")) {
      has(200, "backend", 40, 1, "system.slice", whole);
      ProcessState stubborn = world.host.processes().find(200).orElseThrow();
      world.host.processes().add(stubborn, FakeProcesses.Manner.STUBBORN);
      int before = world.host.processes().signals().size();
      PreparedAction prepared = prepared(Map.of());
      ActionReport report =
          prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
      List<String> signals =
          world.host.processes().signals().stream().skip(before).map(s -> s.name()).toList();
      if (whole.startsWith("session")) {
        assertThat(report.detail()).contains("did not listen and was killed");
        assertThat(signals).hasSize(2);
      } else {
        assertThat(report.result()).isEqualTo(ActionReport.Result.FAILED);
        assertThat(report.detail()).contains("it is not killed, since it is part of " + whole);
        assertThat(prepared.preview().steps().get(1)).contains("leave it at that");
        assertThat(signals).hasSize(1);
      }
    }
  }

  /** It lives, since systemd lets it: nothing has failed. */
  @Test
  void whoseServiceIsStillBeingStoppedIsNotSaidToOutliveThat() {
    has(200, "leaky", 40, 1, "system.slice", "leaky.service");
    world.service("leaky.service", "simple", 200);
    world.host.systemd().whenRestarted("leaky.service", FakeSystemd.Restart.NEVER_ENDS);
    PreparedAction prepared = prepared(Map.of());
    UnitState stopping =
        new UnitState(
            "leaky.service",
            "loaded",
            "deactivating",
            "stop-sigterm",
            "success",
            "simple",
            OptionalLong.of(200),
            "0001",
            Optional.empty(),
            Set.of());
    world
        .host
        .time()
        .happens(Duration.ofMillis(1), "stops", () -> world.host.systemd().unit(stopping));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(10)));
    assertThat(report.result()).as(report.detail()).isEqualTo(ActionReport.Result.UNDER_WAY);
    assertThat(report.detail()).contains("leaky.service is still being stopped after 90 s");
  }

  private void waits(String unit, String percent) {
    String text = "some avg10=" + percent + " avg60=9.00 avg300=9.00 total=1\nfull avg10=0.00\n";
    world.host.files().write("/sys/fs/cgroup/system.slice/" + unit + "/cpu.pressure", text);
  }

  /** Nobody is asked whether to end what harms nobody. */
  @Test
  void nobodyIsEndedForProcessorsThatNobodyElseWaitsFor() {
    type = IssueType.CPU_HIGH;
    world.processors(2, "cpu");
    world.busy(200, "encoder", 1.9, "system.slice", "encoder.service");
    world.service("encoder.service", "simple", 200);
    world.busy(201, "idler", 0, "system.slice", "encoder.service");
    world.busy(202, "web", 0.05, "system.slice", "web.service");
    assertThat(prepare(Map.of()).target()).as("not told").isEqualTo("encoder.service");
    waits("encoder.service", "99.00"); // its own threads wait for each other
    waits("web.service", "9.99");
    assertThatThrownBy(() -> prepare(Map.of("prefer", List.of("encoder"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll("encoder (pid 200", "1.90 cores", "nobody else waits");
    waits("web.service", "10.00");
    assertThat(prepare(Map.of()).target()).isEqualTo("encoder.service");
    waits("web.service", "0.00");
    world.busy(201, "worker", 0.1, "system.slice", "encoder.service");
    assertThat(prepare(Map.of()).target()).as("a sibling waits").isEqualTo("encoder.service");
    type = IssueType.MEMORY_HIGH;
    uses(203, "leaky", 40);
    assertThat(prepare(Map.of()).target()).as("for memory").isEqualTo("leaky:203");
  }

  /** To ask one to end is to pull its plug; as libvirt and Proxmox start them. */
  @Test
  void aVirtualMachineIsNotEvenAskedUnlessItIsSaid() {
    for (String name : List.of("qemu-system-x86", "kvm")) {
      has(200, name, 60, 1, "machine.slice", name + ".scope");
      assertThatThrownBy(() -> prepare(Map.of())).hasMessageContaining("nobody stands out");
      assertThat(prepare(Map.of("avoid", List.of())).target()).isEqualTo(name + ":200");
    }
  }

  /** As Docker makes them without systemd, and LXC. */
  @Test
  void aContainerThatIsNoUnitIsOneAllTheSame() {
    for (String nested : List.of("", "\t7")) {
      has(200, "mysqld", 40, 1);
      ProcessState stubborn = world.host.processes().find(200).orElseThrow();
      world.host.processes().add(stubborn, FakeProcesses.Manner.STUBBORN);
      world
          .host
          .files()
          .write("/proc/200/status", "Tgid:\t200\nNSpid:\t200" + nested + "\nUid:\t0\n");
      PreparedAction prepared = prepared(Map.of());
      ActionReport report =
          prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
      boolean container = !nested.isEmpty();
      assertThat(report.detail())
          .contains(container ? "it is not killed, since it is part of a container" : "was killed");
      assertThat(prepared.preview().steps().get(1))
          .contains(container ? "leave it at that" : "SIGKILL");
    }
  }

  @Test
  void howItsServiceIsRestartedIsSaidWhereRestartsAre() {
    has(200, "leaky", 40, 1, "system.slice", "leaky.service");
    world.service("leaky.service", "simple", 200);
    world.host.systemd().service("other.service", "leaky.service");
    Configuration actions =
        Configuration.of(
            Map.of("restart_service", Map.of("most-others", 0), "kill_process", Map.of()));
    HealingAction action =
        new KillProcess.Provider()
            .create(world.host.withConfiguration(actions.section("kill_process")));
    assertThat(actions.problems()).isEmpty();
    assertThatThrownBy(
            () ->
                world
                    .host
                    .time()
                    .onWorker(
                        () ->
                            action.prepare(world.issue(type, "memory"), HostStates.now().build())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("more than 0 (most-others)");
    assertThat(prepare(Map.of()).target()).isEqualTo("leaky.service");
  }

  @Test
  void aServiceWhoseRestartWouldReachAProtectedOneIsLeftAlone() {
    has(200, "leaky", 40, 1, "system.slice", "leaky.service");
    world.service("leaky.service", "simple", 200);
    world.host.systemd().service("vip.service", "leaky.service");
    world.host.protect(new Protection(List.of("vip.service"), List.of()));
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("vip.service is protected");
    assertThat(world.host.processes().signals()).isEmpty();
  }

  @Test
  void whatChangedSinceThePreviewIsLeftAlone() {
    uses(200, "leaky", 40);
    ProcessState before = world.host.processes().find(200).orElseThrow();
    List<Runnable> changes =
        List.of(
            () -> world.host.processes().remove(200),
            () -> has(200, "leaky", 40, 1, "system.slice", "other.service"),
            () -> uses(200, "execed", 40),
            () -> {
              world.host.processes().remove(200);
              uses(200, "leaky", 40); // the same number, name and start
            },
            () -> world.host.protect(new Protection(List.of(), List.of("leak*"))));
    for (Runnable change : changes) {
      world.host.processes().add(before);
      PreparedAction prepared = prepared(Map.of());
      change.run();
      ActionReport report =
          prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
      assertThat(report.result()).as(report.detail()).isEqualTo(ActionReport.Result.REFUSED);
      assertThat(world.host.processes().signals()).isEmpty();
    }
  }

  @Test
  void theOneThatUsesTheProcessorsIsChosenForThat() {
    type = IssueType.CPU_HIGH;
    world.busy(200, "loop", 1.5, "system.slice", "a.service");
    world.busy(201, "other", 0.7, "system.slice", "b.service");
    Preview preview = prepare(Map.of());
    assertThat(preview.target()).isEqualTo("loop:200");
    assertThat(because(preview)).contains("uses 1.50 cores").contains("0.70 cores");
  }

  /**
   * A person is asked about it: by its unit and name, and for as long as nothing but time passes.
   */
  @Test
  void whatIsAskedNamesUnitAndCommandAndStaysTheSame() {
    type = IssueType.CPU_HIGH;
    world.busy(200, "loop", 1.5, "system.slice", "a.service");
    Preview first = prepare(Map.of());
    assertThat(first.steps().get(0))
        .matches("ask loop \\(pid 200, uid [0-9]+, a\\.service\\) to end \\(SIGTERM\\)");
    world.busy(201, "other", 0.7, "system.slice", "b.service");
    Preview later = prepare(Map.of());
    assertThat(because(later)).isNotEqualTo(because(first));
    assertThat(later.digest()).isEqualTo(first.digest());
  }

  private static String because(Preview preview) {
    String last = preview.steps().get(preview.steps().size() - 1);
    assertThat(last).startsWith(Preview.BECAUSE);
    return last;
  }

  /** As many seconds after boot as their number says they were started. */
  @Test
  void whoWasJustStartedIsNeitherTheCauseOfBusyProcessorsNorBesideIt() {
    type = IssueType.CPU_HIGH;
    world.host.files().write("/proc/uptime", "209.99 12.00\n");
    world.busy(100, "loop", 0.9, "system.slice", "a.service");
    world.busy(200, "verb", 0.8, "user.slice", "session-1.scope");
    assertThat(prepare(Map.of()).target()).isEqualTo("loop:100");
    assertThat(prepare(Map.of("prefer", List.of("verb"))).target()).isEqualTo("verb:200");
    world.host.processes().remove(100);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("was not just started");
  }

  @Test
  void whoHasRunForTenSecondsOrNobodyKnowsHowLongIsBesideIt() {
    type = IssueType.CPU_HIGH;
    world.busy(100, "loop", 0.9, "system.slice", "a.service");
    world.busy(200, "verb", 0.8, "user.slice", "session-1.scope");
    for (String uptime : List.of("210.00 12.00\n", "199.99 12.00\n", "soon\n", "")) {
      world.host.files().write("/proc/uptime", uptime);
      assertThatThrownBy(() -> prepare(Map.of()))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("verb (pid 200");
    }
  }

  @Test
  void whoWasJustStartedMayWellBeTheOneThatFillsTheMemory() {
    world.host.files().write("/proc/uptime", "201.00 12.00\n");
    uses(200, "leaky", 40);
    assertThat(prepare(Map.of()).target()).isEqualTo("leaky:200");
  }

  @Test
  void onAHostWithManyProcessorsHalfOfOneIsNothing() {
    type = IssueType.CPU_HIGH;
    world.busy(200, "loop", 2.0, "system.slice", "a.service");
    world.processors(16, "cpu");
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("uses 2.40 cores or more");
    assertThat(prepare(Map.of("min-cpu", "10%")).target()).isEqualTo("loop:200");
    world.busy(200, "loop", 0.4, "system.slice", "a.service");
    assertThatThrownBy(() -> prepare(Map.of("min-cpu", "0%")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("uses 0.50 cores or more");
  }
}
