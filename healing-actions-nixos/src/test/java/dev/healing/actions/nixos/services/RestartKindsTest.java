package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.Temporary;
import dev.healing.actions.nixos.World;
import dev.healing.actions.nixos.processes.KillProcess;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a restart and a repair make of services that do not simply come back. */
class RestartKindsTest {
  private static final String WEB = "web.service";

  private final World world = new World();
  private final FakeSystemd systemd = world.host.systemd();

  RestartKindsTest() {
    systemd.service(WEB).fail(WEB);
    world.host.files().write("/proc/1/status", "");
  }

  private static HealingAction restart(World world, Map<String, ?> plain) {
    Configuration section = Configuration.of(plain);
    HealingAction action =
        new RestartService.Provider().create(world.host.withConfiguration(section));
    assertThat(section.problems()).isEmpty();
    return action;
  }

  private PreparedAction prepared(HealingAction action) {
    return action.prepare(world.issue(IssueType.SERVICE_FAILED, WEB), HostStates.now().build());
  }

  private ActionReport done(HealingAction action) {
    return prepared(action)
        .execute(new TestExecution(world.host.time(), action.description().timeLimit()));
  }

  private ActionReport restarted(Map<String, ?> plain) {
    return done(restart(world, plain));
  }

  private HealingAction repair() {
    return new RepairService.Provider().create(world.host);
  }

  private void repairRefused(String... why) {
    assertThatThrownBy(() -> prepared(repair()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll(why);
  }

  private void services(String shown) {
    world
        .host
        .commands()
        .succeeds(
            shown,
            "systemctl",
            "show",
            "--property=Id,PIDFile,RuntimeDirectory",
            "--",
            "*.service");
  }

  private void log(String text) {
    for (String whose : List.of("_SYSTEMD_UNIT=" + WEB, "--unit=" + WEB)) {
      world
          .host
          .commands()
          .succeeds(
              text, "journalctl", "--no-pager", "--quiet", "--output=cat", "--lines=12", whose);
    }
  }

  @Test
  void whoDiesWithinTheTimeThatItMustStayUpIsNotUp() {
    PreparedAction prepared = prepared(restart(world, Map.of()));
    assertThat(prepared.destroys()).as("it is down").isFalse();
    world.host.time().happens(Duration.ofSeconds(2), "dies", () -> systemd.fail(WEB));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("did not stay").contains("exit-code");
  }

  /** A unit that nothing needs is unloaded when it is stopped, and then has no start at all. */
  @Test
  void whoIsStoppedMeanwhileIsNotSaidToBeStarted() {
    PreparedAction prepared = prepared(restart(world, Map.of()));
    UnitState gone =
        new UnitState(
            WEB,
            "loaded",
            "inactive",
            "dead",
            "success",
            "simple",
            OptionalLong.empty(),
            "",
            Optional.empty(),
            Set.of());
    world.host.time().happens(Duration.ofSeconds(1), "stopped", () -> systemd.unit(gone));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.detail()).endsWith("it was inactive (success)");
  }

  @Test
  void whoIsStartedOnceMoreMeanwhileDidNotStayUp() {
    PreparedAction prepared = prepared(restart(world, Map.of()));
    world.host.time().happens(Duration.ofSeconds(1), "again", () -> systemd.recover(WEB));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.detail()).contains("started once more");
    assertThat(report.result()).isEqualTo(Result.FAILED);
  }

  @Test
  void aStartThatDoesNotEndIsSaidBeforeTheTimeLimit() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.NEVER_ENDS);
    HealingAction action = restart(world, Map.of("starts-within", "20s"));
    long before = world.host.time().monotonicNanos();
    ActionReport report = done(action);
    Duration took = Duration.ofNanos(world.host.time().monotonicNanos() - before);
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("did not end within 20 s").contains("activating");
    assertThat(took).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(21));
    assertThat(took).isLessThan(action.description().timeLimit());
  }

  @Test
  void aSystemdThatHangsForAWhileIsWaitedFor() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.comesBackAfter(Duration.ofSeconds(2)));
    PreparedAction prepared = prepared(restart(world, Map.of()));
    world.host.time().happens(Duration.ofSeconds(1), "hangs", systemd::hangs);
    world.host.time().happens(Duration.ofSeconds(30), "is back", () -> systemd.hangs(false));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
  }

  @Test
  void aSystemdThatHangsToTheEndLeavesItUnknown() {
    systemd.whenRestarted(WEB, FakeSystemd.Restart.comesBackAfter(Duration.ofSeconds(2)));
    PreparedAction prepared = prepared(restart(world, Map.of()));
    world.host.time().happens(Duration.ofSeconds(1), "hangs", systemd::hangs);
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(report.detail()).contains("not known").contains("does not answer");
    assertThat(report.after()).doesNotContainEntry("active", 1.0);
  }

  @Test
  void whatIsRestartedAlongMustBeUpAgain() {
    systemd.service("part.service").property(WEB, "ConsistsOf", "part.service");
    PreparedAction prepared = prepared(restart(world, Map.of()));
    assertThat(prepared.preview().steps())
        .anyMatch(step -> step.endsWith("in the order of their dependencies: part.service"));
    assertThat(prepared.preview().items()).hasValue(2);
    assertThat(prepared.destroys()).as("another that is up is ended").isTrue();
    world.host.time().happens(Duration.ofSeconds(1), "dies", () -> systemd.fail("part.service"));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("part.service, which was restarted with it, is failed");
  }

  @Test
  void moreAlongThanAllowedOrAnotherSetThanShownIsNotDone() {
    systemd.service("a.service").property(WEB, "ConsistsOf", "a.service b.service");
    PreparedAction prepared = prepared(restart(world, Map.of("most-others", 1)));
    systemd.service("b.service");
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("more than 1 (most-others)");
    PreparedAction shown = prepared(restart(world, Map.of()));
    systemd.fail("b.service");
    report = shown.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("not what it was for the preview: restarted");
    assertThat(systemd.restarted()).isEmpty();
  }

  /** A start stops what cannot be beside what it pulls in. */
  @Test
  void whatItPullsInMustNotStopWhatIsProtected() {
    world.host.protect(new Protection(List.of("mine"), List.of()));
    systemd.service("mine.service").service("helper.service").fail("helper.service");
    systemd.property(WEB, "Wants", "deep.target");
    systemd.property("deep.target", "Requires", "helper.service");
    systemd.property("helper.service", "Conflicts", "mine.service");
    assertThatThrownBy(() -> prepared(restart(world, Map.of())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("would stop or restart mine.service")
        .hasMessageContaining("protected");
    systemd.property("deep.target", "ActiveState", "active"); // reached: it starts nothing more
    assertThat(prepared(restart(world, Map.of())).preview().steps()).isNotEmpty();
  }

  /** Somebody went over to the other one: what failed before that must not end it. */
  @Test
  void whatCannotBeBesideItAndIsUpIsLeftUp() {
    systemd.service("other.service").property(WEB, "Conflicts", "other.service");
    assertThatThrownBy(() -> prepared(restart(world, Map.of())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("would stop other.service, which is up and cannot be beside it");
    systemd.fail("other.service");
    PreparedAction prepared = prepared(restart(world, Map.of()));
    systemd.recover("other.service");
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.REFUSED);
    assertThat(systemd.restarted()).isEmpty();
  }

  /** systemd starts what any of them asks for; who is up already asks for nothing. */
  @Test
  void whatIsStartedForWhatIsRestartedAlongIsShownAndMustNotBeProtected() {
    for (String down : List.of("wanted.service", "deep.service", "far.service")) {
      systemd.service(down).fail(down);
    }
    systemd.service("user.service").property(WEB, "RequiredBy", "user.service");
    systemd.property("user.service", "Wants", "wanted.service " + WEB);
    systemd.property("wanted.service", "Requires", "deep.service");
    systemd.service("up.service").property("deep.service", "Wants", "up.service");
    systemd.property("up.service", "Wants", "far.service");
    assertThat(prepared(restart(world, Map.of())).preview().steps())
        .contains("systemd starts what is asked for and is down: deep.service, wanted.service");
    world.host.protect(new Protection(List.of("deep"), List.of()));
    assertThatThrownBy(() -> prepared(restart(world, Map.of())))
        .hasMessageContaining("web.service would start deep.service")
        .hasMessageContaining("protected");
  }

  /** A target that is restarted along starts what somebody has stopped. */
  @Test
  void whatHangsOnATargetIsNotStartedWithAService() {
    systemd.service("many.target").property("many.target", "ActiveState", "active");
    systemd.property(WEB, "RequiredBy", "many.target");
    systemd.service("other.service").property("many.target", "Wants", "other.service " + WEB);
    assertThat(prepared(restart(world, Map.of())).preview().steps())
        .anyMatch(step -> step.endsWith("in the order of their dependencies: many.target"));
    systemd.fail("other.service");
    assertThatThrownBy(() -> prepared(restart(world, Map.of())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(
            "would restart many.target, which starts other.service, that is down");
    systemd.property("many.target", "ActiveState", "inactive");
    assertThat(prepared(restart(world, Map.of())).preview().steps())
        .contains("nothing else that is up is stopped or restarted with it");
  }

  @Test
  void whatIsUpAndSickIsReloadedFirstAndRestartedIfThatIsNotEnough() {
    systemd.recover(WEB).property(WEB, "CanReload", "yes");
    upForLong();
    boolean[] reloadHelps = {true};
    world
        .host
        .commands()
        .on(
            command -> {
              boolean well =
                  !systemd.restarted().isEmpty() || reloadHelps[0] && !systemd.reloaded().isEmpty();
              return new dev.healing.spi.CommandRunner.Result(
                  well ? 0 : 1, "", "sick", false, false);
            },
            "check");
    Map<String, Object> keys = Map.of("probes", Map.of(WEB, Map.of("command", List.of("check"))));
    ActionReport report = restarted(keys);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("healthy again after a reload");
    assertThat(systemd.reloaded()).containsExactly(WEB);
    assertThat(systemd.restarted()).isEmpty();
    assertThatThrownBy(() -> restarted(keys)).hasMessageContaining("does not need a restart");
    reloadHelps[0] = false;
    report = restarted(keys);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(WEB);
  }

  private void upForLong() {
    world.host.time().advance(Duration.ofMinutes(1));
  }

  /** What a detector of the configuration says of a service is ground enough to restart it. */
  @Test
  void whatAProbeOfADetectorFindsSickIsRestartedAndMustSatisfyItAfterwards() {
    systemd.recover(WEB);
    upForLong();
    Map<String, Object> keys =
        Map.of(
            "healthy-within", "20s",
            "probes", Map.of("web", Map.of("command", List.of("check"))),
            "detectors",
                Map.of(
                    "shop_answers",
                    Map.of(
                        "probe", Map.of("command", List.of("check", "--shop")),
                        "type", "service_failed",
                        "component", "web"),
                    "shop_is_slow",
                    Map.of(
                        "probe",
                        Map.of("command", List.of("check", "--slow")),
                        "component",
                        "web")));
    boolean[] helps = {true};
    world.host.commands().succeeds("", "check");
    world
        .host
        .commands()
        .on(
            command -> {
              boolean well = helps[0] && !systemd.restarted().isEmpty();
              return new dev.healing.spi.CommandRunner.Result(
                  well ? 0 : 1, "", "no shop", false, false);
            },
            "check",
            "--shop");
    assertThatThrownBy(() -> restarted(keys))
        .as("a probe that was never satisfied may be wrong itself")
        .hasMessageContaining("does not need a restart");
    Probe shop = new Probe("command", List.of("check", "--shop"), Duration.ofMinutes(1));
    new EverSatisfied(world.host.state(), shop, WEB).now();
    PreparedAction prepared = prepared(restart(world, keys));
    assertThat(prepared.preview().steps())
        .anyMatch(
            step ->
                step.equals(
                    "restart web.service, which is active but not healthy (command check: no"
                        + " shop)"))
        .anyMatch(step -> step.contains("and healthy (command check, command check)"));
    ActionReport report = done(restart(world, keys));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(WEB);
    assertThatThrownBy(() -> restarted(keys)).hasMessageContaining("does not need a restart");
    helps[0] = false;
    assertThatThrownBy(() -> restarted(keys))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is up for 3 s and may still become healthy: it has 20 s");
    upForLong();
    report = restarted(keys);
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("active but not healthy: command check: no shop");
  }

  /** A probe whose program was uninstalled says nothing about the service. */
  @Test
  void whatCannotBeProbedIsNotRestarted() {
    systemd.recover(WEB);
    world.host.commands().fails(127, "check: not found", "check");
    assertThatThrownBy(
            () -> restarted(Map.of("probes", Map.of(WEB, Map.of("command", List.of("check"))))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("whether it is healthy is not known")
        .hasMessageContaining("check: not found");
    assertThat(systemd.restarted()).isEmpty();
  }

  /** A stop would end all who are in a unit, also in one that is restarted with it. */
  @Test
  void nobodyProtectedIsEndedWithASickServiceOrWithWhatIsRestartedAlong() {
    systemd.recover(WEB).service("part.service").property(WEB, "ConsistsOf", "part.service");
    upForLong();
    world.host.commands().fails(1, "sick", "check");
    HealingAction action =
        restart(world, Map.of("probes", Map.of(WEB, Map.of("command", List.of("check")))));
    PreparedAction before = prepared(action);
    for (String unit : List.of(WEB, "part.service")) {
      ProcessState sshd = FakeProcesses.process(900, "sshd");
      world
          .host
          .processes()
          .add(World.with(sshd, Duration.ZERO, List.of("system.slice", unit, "payload.scope")));
      assertThatThrownBy(() -> prepared(action))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "in " + unit + ": sshd (pid 900) is vital to every host and is never touched");
    }
    ActionReport report =
        before.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).as("who came since the preview").isEqualTo(Result.REFUSED);
    assertThat(systemd.restarted()).isEmpty();

    systemd.recover("part.service").fail(WEB);
    systemd.property(WEB, "ConsistsOf", "");
    assertThat(done(action).result()).as("who is down ends nobody").isNotEqualTo(Result.REFUSED);
    assertThat(systemd.restarted()).containsExactly(WEB);
  }

  /** An administrator's stop is not undone, however close it comes. */
  @Test
  void whatIsStoppedAndHasNotFailedIsLeftAlone() {
    PreparedAction before = prepared(restart(world, Map.of()));
    stop();
    ActionReport report =
        before.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("it was stopped and has not failed");
    assertThatThrownBy(() -> prepared(restart(world, Map.of())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("'systemctl start web.service'");
    assertThat(systemd.restarted()).isEmpty();
  }

  @Test
  void whoIsStoppedWhileAReloadShouldHelpIsNotRestarted() {
    systemd.recover(WEB).property(WEB, "CanReload", "yes");
    upForLong();
    world.host.commands().fails(1, "sick", "check");
    PreparedAction prepared =
        prepared(
            restart(world, Map.of("probes", Map.of(WEB, Map.of("command", List.of("check"))))));
    assertThat(prepared.destroys()).as("it is up, although sick").isTrue();
    world.host.time().happens(Duration.ofSeconds(5), "is stopped", this::stop);
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("was not restarted").contains("it is inactive");
    assertThat(systemd.reloaded()).containsExactly(WEB);
    assertThat(systemd.restarted()).isEmpty();
  }

  @Test
  void whoIsStoppedWhileItsProbeIsAskedIsNotRestarted() {
    systemd.recover(WEB);
    upForLong();
    world
        .host
        .commands()
        .on(
            command -> {
              if (world.host.commands().calls().size() == 2) {
                stop();
              }
              return new dev.healing.spi.CommandRunner.Result(1, "", "sick", false, false);
            },
            "check");
    ActionReport report =
        restarted(Map.of("probes", Map.of(WEB, Map.of("command", List.of("check")))));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("is no longer what it was");
    assertThat(systemd.restarted()).isEmpty();
  }

  private void stop() {
    systemd.unit(
        new dev.healing.api.UnitState(
            WEB,
            "loaded",
            "inactive",
            "dead",
            "success",
            "simple",
            java.util.OptionalLong.empty(),
            systemd.unit(WEB).orElseThrow().invocationId(),
            java.util.Optional.empty(),
            java.util.Set.of()));
  }

  @Test
  void howServicesAreRestartedIsSetInOnePlaceAndWhatIsWrongThereIsSaidOnce() {
    Configuration actions =
        Configuration.of(
            Map.of(
                "restart_service",
                Map.of("stays-up", "3", "probes", Map.of(WEB, Map.of("tcp", "nowhere"))),
                "repair_service",
                Map.of("stays-up", "3s")));
    for (ActionProvider provider :
        List.of(
            new RestartService.Provider(),
            new RepairService.Provider(),
            new KillProcess.Provider())) {
      provider.create(world.host.withConfiguration(actions.section(provider.name())));
    }
    assertThat(actions.problems())
        .hasSize(3)
        .anyMatch(problem -> problem.contains("'restart_service.stays-up' is '3'"))
        .anyMatch(problem -> problem.contains("'restart_service.probes.web.service.tcp'"))
        .anyMatch(problem -> problem.contains("unknown key 'repair_service.stays-up'"));
  }

  @Test
  void nothingStaleIsSaidWithTheEvidence() {
    systemd.property(WEB, "Result", "exit-code");
    systemd.property(WEB, "ExecMainCode", "1").property(WEB, "ExecMainStatus", "7");
    log("first\nmy \u001b[31mdisk is gone\n" + "x".repeat(500));
    repairRefused(
        "nothing that web.service alone declares is stale",
        "result exit-code, exit status 7",
        "first | my ?[31mdisk is gone | xxx");
    assertThatThrownBy(() -> prepared(repair())).message().hasSizeLessThan(600);
  }

  /** As which systemd-run has what it starts described. */
  @Test
  void noCommandLineIsAmongItsLastWords() {
    String[] said = {
      "", "Started web.service - /bin/x --password=secret.\nFailed with result 'x'."
    };
    String[] whose = {"_SYSTEMD_UNIT=" + WEB, "--unit=" + WEB};
    for (int i = 0; i < said.length; i++) {
      world
          .host
          .commands()
          .succeeds(
              said[i],
              "journalctl",
              "--no-pager",
              "--quiet",
              "--output=cat",
              "--lines=12",
              whose[i]);
    }
    repairRefused("its log ends: Failed with result 'x'.");
    assertThatThrownBy(() -> prepared(repair())).message().doesNotContain("secret");
  }

  @Test
  void onlyDeclaredStaleStateUnderRunIsDropped() throws Exception {
    services("Id=web.service\nPIDFile=/run/web.pid\nRuntimeDirectory=web\n");
    systemd.property(WEB, "PIDFile", "/run/web.pid");
    systemd.property(WEB, "RuntimeDirectory", "web ../etc linked gone");
    world.host.files().write("/run/web.pid", "4242\n").write("/run/other.pid", "4243\n");
    world.host.files().write("/run/web/own.pid", "77").write("/run/web/data.lock.old", "");
    world.host.files().write("/etc/app.lock", "").write("/outside/app.lock", "");
    world.host.files().write("/run/web/sub/deep.lock", "").write("/proc/net/unix", "Num\n");
    world.link("/run/linked", world.root + "/outside");
    world.link("/run/web/to.lock", world.root + "/outside/app.lock");
    world.process(77, "still-there", 1);
    Path socket = Temporary.directory().resolve("app.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
    }
    Files.move(socket, world.host.files().path("/run/web/app.sock"));
    log("gone");
    var before = world.names();
    ActionReport report = done(repair());
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    before.removeAll(world.names());
    assertThat(before)
        .allMatch(name -> name.matches("(?s)/run/web(\\.pid|/app\\.sock) .*"))
        .hasSize(2);
  }

  @Test
  void whatAnotherServiceDeclaresTooIsLeftAloneAndThatIsSaid() {
    systemd.property(WEB, "RuntimeDirectory", "own web").property(WEB, "PIDFile", "/run/web.pid");
    for (String file : List.of("/run/own/a.lock", "/run/web/b.lock", "/run/web.pid")) {
      world.host.files().write(file, "");
    }
    world.host.files().write("/run/web.pid", "4242").write("/proc/1/status", "");
    String self = "Id=web.service\nPIDFile=/run/web.pid\nRuntimeDirectory=own web\n\n";
    log("locked");
    for (String other :
        List.of("RuntimeDirectory=x web", "PIDFile=/run/web/x", "RuntimeDirectory=web/x")) {
      services(self + other + "\nId=other.service\n\nId=third.service\nPIDFile=\n");
      assertThat(prepared(repair()).preview().steps())
          .anyMatch(step -> step.startsWith("delete /run/own/a.lock"))
          .anyMatch(step -> step.startsWith("delete /run/web.pid"))
          .noneMatch(step -> step.startsWith("delete /run/web/"))
          .anyMatch(step -> step.endsWith("is left alone: /run/web (other.service)"));
    }
    services(self + "Id=other.service\nPIDFile=/run/web.pid\nRuntimeDirectory=own/deep webs\n\n");
    assertThat(prepared(repair()).preview().steps())
        .anyMatch(step -> step.startsWith("delete /run/web/b.lock"))
        .noneMatch(step -> step.startsWith("delete /run/web.pid"));
    services(self + "RuntimeDirectory=own web\nPIDFile=/run/web.pid\nId=web-beta.service\n");
    repairRefused(
        "nothing that web.service alone declares is stale",
        "left alone: /run/web.pid (web-beta.service), /run/own (web-beta.service)",
        "locked");
    world
        .host
        .commands()
        .fails(
            1,
            "no",
            "systemctl",
            "show",
            "--property=Id,PIDFile,RuntimeDirectory",
            "--",
            "*.service");
    assertThatThrownBy(() -> prepared(repair()))
        .hasMessageContaining("does not say which services share");
  }

  @Test
  void whatSomebodyStillUsesIsNotStale() throws Exception {
    services("Id=web.service\nPIDFile=/run/web.pid\nRuntimeDirectory=web\n");
    systemd.property(WEB, "PIDFile", "/run/web.pid").property(WEB, "RuntimeDirectory", "web");
    world.host.files().write("/run/web.pid", "77").write("/run/web/app.lock", "");
    world.process(77, "by-hand", 1);
    world.link("/proc/77/fd/3", world.host.files().path("/run/web/app.lock").toString());
    Path socket = Temporary.directory().resolve("app.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
    }
    Files.move(socket, world.host.files().path("/run/web/app.sock"));
    world.host.files().write("/proc/net/unix", "0: 2 0 10000 1 1 99 /run/web/app.sock\n");
    log("busy");
    repairRefused("nothing that web.service alone declares is stale");
  }

  @Test
  void aRestartThatIsRefusedIsRefusedToARepairTooWithTheEvidence() {
    systemd.unit(
        new dev.healing.api.UnitState(
            WEB,
            "loaded",
            "failed",
            "failed",
            "start-limit-hit",
            "simple",
            java.util.OptionalLong.empty(),
            "1",
            java.util.Optional.empty(),
            java.util.Set.of()));
    systemd.property(WEB, "NeedDaemonReload", "yes");
    log("no luck");
    repairRefused("systemctl reset-failed web.service", "no luck");
  }

  private void times(long started, long left, long ended) {
    world
        .host
        .systemd()
        .property(WEB, "InactiveExitTimestampMonotonic", Long.toString(started))
        .property(WEB, "ActiveExitTimestampMonotonic", Long.toString(left))
        .property(WEB, "ExecMainExitTimestampMonotonic", Long.toString(ended));
  }

  @Test
  void whatWasToldToStopAndEndedBadlyIsSomebodysWish() {
    times(1_000, 5_000, 5_200);
    assertThatThrownBy(() -> restarted(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll("was told to stop", "systemctl start " + WEB);
  }

  @Test
  void whatEndedByItselfIsRestartedAlsoWhenItFailedInItsStartAfterAnEarlierStop() {
    times(1_000, 5_001, 5_000);
    prepared(restart(world, Map.of()));
    times(6_000, 5_000, 6_100);
    prepared(restart(world, Map.of()));
  }

  private void failedBySignal(long up, long ended, int code, int status) {
    times(1_000, 0, ended);
    systemd
        .property(WEB, "ActiveEnterTimestampMonotonic", Long.toString(up))
        .property(WEB, "ExecMainCode", Integer.toString(code))
        .property(WEB, "ExecMainStatus", Integer.toString(status))
        .unit(
            new dev.healing.api.UnitState(
                WEB,
                "loaded",
                "failed",
                "failed",
                "signal",
                "simple",
                java.util.OptionalLong.empty(),
                "1",
                java.util.Optional.empty(),
                java.util.Set.of()));
  }

  /** As systemd 252 tells of a stop during ExecStartPre= and during ExecStartPost=. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0, 0", "0, 5200, 2, 15", "500, 900, 2, 11"})
  void whatWasStoppedInItsStartIsSomebodysWish(long up, long ended, int code, int status) {
    failedBySignal(up, ended, code, status);
    assertThatThrownBy(() -> restarted(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll("while it was being started", "systemctl start " + WEB);
  }

  /** A crash in its start, and one after it was up. */
  @ParameterizedTest
  @CsvSource({"0, 5200, 2, 11", "0, 5200, 3, 6", "1500, 5200, 2, 15"})
  void whatASignalEndedOtherwiseIsRestarted(long up, long ended, int code, int status) {
    failedBySignal(up, ended, code, status);
    prepared(restart(world, Map.of()));
  }
}
