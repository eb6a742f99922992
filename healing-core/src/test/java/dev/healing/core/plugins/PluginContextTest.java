package dev.healing.core.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.Configuration;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.core.OffSwitch;
import dev.healing.core.journal.Journal;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.TestHost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The host below protects nothing by itself here: it is the context that refuses. */
class PluginContextTest {
  private final TestHost host = new TestHost();
  private final HostContext context =
      new PluginContext(
          host,
          new Protection(List.of("pg*.service"), List.of("borg")),
          new Memory(),
          "action.mine",
          Configuration.empty());

  private Ref process(long pid, String name) {
    ProcessState process = FakeProcesses.process(pid, name);
    host.processes().add(process);
    return process.ref();
  }

  private Held hold(Ref ref) {
    return context.processes().hold(ref).orElseThrow();
  }

  @Test
  void whatTheConfigurationProtectsIsOutOfReach() {
    Ref borg = process(500, "borg");
    assertThatThrownBy(() -> hold(borg).terminate())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("protect.processes");
    assertThatThrownBy(() -> hold(borg).kill()).isInstanceOf(RefusedException.class);
    List<Held> others = List.of(hold(process(501, "worker")), hold(process(502, "worker")));
    List<Held> all = List.of(others.get(0), hold(borg), others.get(1));
    assertThatThrownBy(() -> context.processes().kill(all)).isInstanceOf(RefusedException.class);
    assertThat(host.processes().signals()).as("all or none").isEmpty();
    host.processes().remove(501);
    assertThat(context.processes().terminate(others)).containsExactly(others.get(1));
    assertThat(host.processes().signals()).hasSize(1);

    host.systemd().service("pgbouncer.service");
    assertThatThrownBy(() -> context.systemd().restart("pgbouncer.service"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("protect.units");
    assertThat(host.systemd().restarted()).isEmpty();
  }

  @Test
  void whoIsProtectedIsNotEndedWithAUnitThatIsNot() {
    host.systemd().service("web.service").service("part.service");
    host.systemd().property("web.service", "ConsistsOf", "part.service");
    for (String unit : List.of("web.service", "part.service")) {
      host.processes().add(in(unit, FakeProcesses.process(500, "borg")));
      assertThatThrownBy(() -> context.systemd().restart("web.service"))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("in " + unit + ": borg (pid 500) is protected");
    }
    host.systemd().fail("part.service");
    context.systemd().restart("web.service");
    assertThat(host.systemd().restarted()).containsExactly("web.service");
  }

  private static ProcessState in(String unit, ProcessState process) {
    return new ProcessState(
        process.ref(),
        process.parentPid(),
        process.name(),
        process.uid(),
        process.state(),
        process.cpuTime(),
        process.residentBytes(),
        process.oomScoreAdj(),
        process.oomScore(),
        List.of("system.slice", unit),
        false);
  }

  /** However long ago a plugin has looked. */
  @Test
  void whatWasSeenBeforeProtectsNobodyLess() {
    host.systemd().service("web.service").service("pg1.service");
    Systemd seen = context.systemd().asOfNow();
    assertThat(seen.reachedByRestart("web.service")).isEmpty();
    assertThat(seen.names("web.service")).containsExactly("web.service");
    host.systemd().property("web.service", "RequiredBy", "pg1.service");
    assertThat(seen.reachedByRestart("web.service")).as("as it was seen").isEmpty();
    assertThatThrownBy(() -> seen.restart("web.service"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pg1.service");
    host.systemd().property("web.service", "RequiredBy", "").alias("pg2.service", "web.service");
    assertThatThrownBy(() -> seen.restart("web.service"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pg2.service");
    assertThat(host.systemd().restarted()).isEmpty();
  }

  @Test
  void theProcessOfAProtectedUnitIsProtectedToo() {
    ProcessState plain = FakeProcesses.process(501, "postgres");
    ProcessState ofUnit =
        new ProcessState(
            plain.ref(),
            plain.parentPid(),
            plain.name(),
            plain.uid(),
            plain.state(),
            plain.cpuTime(),
            plain.residentBytes(),
            plain.oomScoreAdj(),
            plain.oomScore(),
            List.of("system.slice", "pg-main.service"),
            false);
    host.processes().add(ofUnit);
    assertThatThrownBy(() -> hold(ofUnit.ref()).kill())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pg-main.service");
  }

  @Test
  void whatIsInAProtectedScopeOrSliceIsProtected() {
    for (List<String> units :
        List.of(
            List.of("user.slice", "user-7.slice", "session-9.scope"),
            List.of("batch.slice", "batch-night.slice", "job.service"),
            List.of("batch.slice"),
            List.of("init.scope"))) {
      ProcessState plain = FakeProcesses.process(503, "worker");
      ProcessState inside =
          new ProcessState(
              plain.ref(),
              plain.parentPid(),
              plain.name(),
              plain.uid(),
              plain.state(),
              plain.cpuTime(),
              plain.residentBytes(),
              plain.oomScoreAdj(),
              plain.oomScore(),
              units,
              false);
      host.processes().add(inside);
      HostContext context =
          new PluginContext(
              host,
              new Protection(List.of("session-9.scope", "batch.slice"), List.of()),
              new Memory(),
              "action.mine",
              Configuration.empty());
      Held held = context.processes().hold(inside.ref()).orElseThrow();
      assertThatThrownBy(held::terminate)
          .as("%s", units)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(units.get(0).equals("init.scope") ? "vital" : "protect.units");
      assertThatThrownBy(held::kill).isInstanceOf(RefusedException.class);
    }
    assertThat(host.processes().signals()).isEmpty();
  }

  @Test
  void theLimitsOfAProtectedUnitAreOutOfReach() {
    host.systemd().service("pg1.service").service("maria.service").service("web.service");
    host.systemd().alias("pg-alias.service", "maria.service");
    for (String unit : List.of("pg1.service", "maria.service", "pg-alias.service")) {
      assertThatThrownBy(
              () -> context.systemd().setLimit(unit, Limit.CPU_QUOTA, OptionalLong.of(1)))
          .as(unit)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("protect.units");
      assertThat(host.systemd().limit(unit, Limit.CPU_QUOTA)).isEmpty();
    }
    context.systemd().setLimit("web.service", Limit.CPU_QUOTA, OptionalLong.of(1));
    assertThat(context.systemd().limit("web.service", Limit.CPU_QUOTA)).hasValue(1);
  }

  @Test
  void aUnitThatIsProtectedSinceCanStillBeFreedOfItsLimit() {
    host.systemd().service("pg1.service");
    host.systemd().setLimit("pg1.service", Limit.CPU_QUOTA, OptionalLong.of(1));
    context.systemd().setLimit("pg1.service", Limit.CPU_QUOTA, OptionalLong.empty());
    assertThat(host.systemd().limit("pg1.service", Limit.CPU_QUOTA)).isEmpty();
  }

  @Test
  void whatIsVitalIsOutOfReach() {
    Ref sshd = process(600, "sshd");
    assertThatThrownBy(() -> hold(sshd).kill()).isInstanceOf(RefusedException.class);
    for (String unit : List.of("sshd.service", "dbus.service", "systemd-journald.service")) {
      host.systemd().service(unit);
      assertThatThrownBy(() -> context.systemd().restart(unit))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(unit);
    }
    assertThat(host.systemd().restarted()).isEmpty();
  }

  @Test
  void anotherProcessWithTheSameNumberIsNotTouched() {
    Ref before = new Ref(700, 1);
    process(700, "worker");
    assertThat(context.processes().hold(before)).isEmpty();
    assertThat(host.processes().signals()).isEmpty();
  }

  @Test
  void theRestIsWithinReach() {
    assertThat(hold(process(800, "worker")).terminate()).isTrue();
    host.systemd().service("web.service").fail("web.service");
    context.systemd().restart("web.service");
    assertThat(host.systemd().restarted()).containsExactly("web.service");
    assertThat(host.processes().signals()).hasSize(1);
  }

  @Test
  void saysItselfWhatIsProtected() {
    assertThat(context.protection().unit("pg.service")).isPresent();
    assertThat(context.systemd().availability()).isEqualTo(host.systemd().availability());
  }

  @Test
  void aNameWithoutASuffixMeansTheService() {
    Protection protection = new Protection(List.of("nginx", "data.mount", "pg*"), List.of());
    assertThat(protection.unit("nginx.service")).isPresent();
    assertThat(protection.unit("data.mount")).isPresent();
    assertThat(protection.unit("pgbouncer.service")).isPresent();
    assertThat(protection.unit("nginx.socket")).isEmpty();
  }

  @Test
  void aProtectedUnitOnItsWayUpIsNotRestartedAlong() {
    host.systemd().service("web.service").fail("web.service");
    host.systemd()
        .unit(
            new UnitState(
                "pg.service",
                "loaded",
                "activating",
                "start",
                "success",
                "notify",
                OptionalLong.empty(),
                "",
                Optional.empty(),
                Set.of("web.service")));
    assertThatThrownBy(() -> context.systemd().restart("web.service"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pg.service");
  }

  @Test
  void whatARestartReachesBeyondCountingIsNotRestarted() {
    host.systemd().service("web.service").fail("web.service");
    for (int i = 0; i < 250; i++) {
      host.systemd().service("other" + i + ".service", "web.service");
    }
    assertThatThrownBy(() -> context.systemd().restart("web.service"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("more than 200");
  }

  @Test
  void whatIsProtectedByAnAliasIsOutOfReach() {
    host.systemd().service("maria.service").alias("pg-alias.service", "maria.service");
    host.systemd().service("crash.service").service("maria.service", "crash.service");
    ProcessState plain = FakeProcesses.process(502, "mariadbd");
    ProcessState ofUnit =
        new ProcessState(
            plain.ref(),
            plain.parentPid(),
            plain.name(),
            plain.uid(),
            plain.state(),
            plain.cpuTime(),
            plain.residentBytes(),
            plain.oomScoreAdj(),
            plain.oomScore(),
            List.of("system.slice", "maria.service"),
            false);
    host.processes().add(ofUnit);
    for (String unit : List.of("maria.service", "pg-alias.service", "crash.service")) {
      assertThatThrownBy(() -> context.systemd().restart(unit))
          .as(unit)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("pg-alias.service");
    }
    assertThatThrownBy(() -> hold(ofUnit.ref()).kill())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pg-alias.service");
    assertThat(host.systemd().restarted()).isEmpty();
    assertThat(host.processes().signals()).isEmpty();
  }

  @Test
  void whatWouldTakeAProtectedUnitWithItIsRefused() {
    TestHost host = new TestHost();
    host.systemd().service("crash.service").service("vip.service", "crash.service");
    host.systemd().fail("crash.service");
    host.systemd().recover("vip.service");
    PluginContext context =
        new PluginContext(
            host,
            new Protection(List.of("vip.service"), List.of()),
            new Memory(),
            "action.mine",
            Configuration.empty());

    assertThatThrownBy(() -> context.systemd().restart("crash.service"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("vip.service");
    assertThat(host.systemd().restarted()).isEmpty();
  }

  private StateStore stateOf(String owner) {
    return new PluginContext(
            host, Protection.vitalOnly(), new Memory(), owner, Configuration.empty())
        .state();
  }

  @Test
  void theFilesOfTheEngineAreOutOfReach() {
    OffSwitch offSwitch = new OffSwitch(host.state(), host.time());
    offSwitch.pause(Optional.empty());
    host.state().append(Journal.FILE, List.of("{}"));
    StateStore state = context.state();

    state.delete(OffSwitch.FILE);
    state.rewrite(Journal.FILE, List.of());
    state.append(Journal.FILE, List.of("{\"mine\":1}"));
    state.replace("document", "{}");
    state.rename("document", "audit.jsonl");
    state.rename(Journal.FILE, OffSwitch.FILE);

    assertThat(state.exists(OffSwitch.FILE)).isTrue();
    assertThat(state.exists(Journal.FILE)).isFalse();
    assertThat(offSwitch.paused()).isPresent();
    assertThat(host.state().lines(Journal.FILE).lines()).containsExactly("{}");
    assertThat(host.state().exists("audit.jsonl")).isFalse();
  }

  @Test
  void everyPluginHasFilesOfItsOwn() {
    List<String> owners =
        List.of("action.mine", "action.yours", "detector.mine", "knowledge.json", "action.min");
    owners.forEach(owner -> stateOf(owner).writePlain("counts", owner));
    owners.forEach(
        owner -> assertThat(stateOf(owner).readPlain("counts")).as(owner).contains(owner));
    assertThat(host.state().readPlain("action.mine.counts")).contains("action.mine");
  }

  @Test
  void allThatAStoreDoesIsDoneToTheSameFile() {
    StateStore state = context.state();
    state.append("lines", List.of("{\"a\":1}"));
    assertThat(state.lines("lines").lines()).hasSize(1);
    assertThat(state.size("lines")).isPositive();
    state.replace("document", "{\"b\":2}");
    assertThat(state.document("document").content()).contains("{\"b\":2}");
    state.rename("document", "other");
    assertThat(state.document("other").content()).contains("{\"b\":2}");
    state.delete("other");
    assertThat(state.exists("other")).isFalse();
    assertThat(state.location()).isEqualTo(host.state().location());
  }

  private static final Map<String, String> DOCUMENTED =
      Map.of(
          "knowledge.json", "knowledge.json",
          "action.rollback_generation", "rollbacks.json",
          "action.throttle_service", "throttles.json");

  @Test
  void whatThrottlesAndWhatLiftsReadTheSameFile() {
    stateOf("action.throttle_service").writePlain("throttles.json", "all of them");
    for (String owner : List.of("action.lift_throttle", "detector.throttled_calm")) {
      assertThat(stateOf(owner).readPlain("throttles.json")).as(owner).contains("all of them");
    }
  }

  @Test
  void documentedNamesStayAndAreTheirOwnersAlone() {
    DOCUMENTED.forEach(
        (owner, file) -> {
          stateOf(owner).writePlain(file, owner);
          assertThat(host.state().readPlain(file)).contains(owner);
          context.state().writePlain(file, "mine");
          assertThat(host.state().readPlain(file)).contains(owner);
        });
    stateOf("knowledge.json").writePlain(OffSwitch.FILE, "");
    assertThat(host.state().exists(OffSwitch.FILE)).isFalse();
  }
}
