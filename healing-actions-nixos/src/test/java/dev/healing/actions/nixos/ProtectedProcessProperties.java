package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Example;

/**
 * Whatever runs on a host, kill_process touches nobody who is protected. What is protected is said
 * by the generator that made the process so, not by the code under test. With {@code
 * -Dhealing.nightly=true} there are a million tables.
 */
class ProtectedProcessProperties {
  private static final int TABLES = Boolean.getBoolean("healing.nightly") ? 1_000_000 : 20_000;
  private static final long SEED = Long.getLong("healing.seed", System.nanoTime());
  private static final Protection PROTECTION =
      new Protection(
          List.of("vip", "pg*.service", "session-9.scope", "batch.slice", "known-as.service"),
          List.of("borg", "back?p*"));
  private static final Map<String, Object> SECTION =
      Map.of("avoid", List.of("avoid*"), "prefer", List.of("prefer*"), "patience", "1s");

  /** Ways to be protected; the last is none. */
  private enum Why {
    KERNEL_THREAD,
    OURSELVES,
    INIT,
    MUST_LIVE,
    VITAL_NAME,
    VITAL_UNIT,
    NAMED,
    AVOIDED,
    IN_UNIT,
    IN_SCOPE,
    IN_SLICE,
    BY_ALIAS,
    NOT
  }

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final World files = new World();
  private int ended;
  private int restarted;

  private record Table(TestHost host, Set<Long> protectedPids, Set<Long> ordinary) {}

  @Example
  void nobodyProtectedIsTouched() {
    files.memory(1_000_000, 50_000);
    for (int i = 0; i < TABLES; i++) {
      once(i);
    }
    System.out.printf(
        "%d process tables (seed %d): %d processes ended, %d services restarted, none protected%n",
        TABLES, SEED, ended, restarted);
    assertThat(ended).as("otherwise this shows nothing").isGreaterThan(TABLES / 20);
    assertThat(restarted).as("otherwise this shows nothing").isGreaterThan(TABLES / 200);
  }

  private void once(int number) {
    Table table = table();
    try (var time = table.host.time()) {
      boolean memory = random.nextBoolean();
      HealingAction action =
          new KillProcess.Provider()
              .create(table.host.withConfiguration(Configuration.of(SECTION)));
      Issue issue =
          Issue.of(
              time.now(),
              memory ? IssueType.MEMORY_HIGH : IssueType.CPU_HIGH,
              Severity.HIGH,
              "generated",
              Map.of(),
              List.of("host"));
      time.happens(Duration.ofMillis(250), "they run", () -> run(table.host));
      PreparedAction prepared;
      try {
        prepared = time.onWorker(() -> action.prepare(issue, HostStates.at(time.now()).build()));
      } catch (RefusedException e) {
        check(number, table);
        return;
      }
      long victim = Long.parseLong(prepared.preview().facts().get("pid"));
      assertThat(table.ordinary)
          .as("table %d of seed %d: %s", number, SEED, prepared.preview())
          .contains(victim);
      if (random.nextInt(3) == 0) {
        change(table, victim);
      }
      prepared.execute(new TestExecution(time, Duration.ofSeconds(60)));
      check(number, table);
    }
  }

  private void check(int number, Table table) {
    for (FakeProcesses.Signal signal : table.host.processes().signals()) {
      assertThat(table.protectedPids)
          .as("table %d of seed %d: %s", number, SEED, signal)
          .doesNotContain(signal.to().pid());
      ended++;
    }
    for (String unit : table.host.systemd().restarted()) {
      assertThat(unit).as("table %d of seed %d", number, SEED).startsWith("plain");
      restarted++;
    }
    for (long pid : table.protectedPids) {
      ProcessState process = table.host.processes().find(pid).orElseThrow();
      // Whoever asks for it all the same: the unit's other names and avoid are the action's to
      // heed.
      if (PROTECTION.process(process, List.of(FakeProcesses.OURSELVES)).isPresent()) {
        Held held = table.host.processes().hold(process.ref()).orElseThrow();
        assertRefused(held::terminate);
        assertRefused(held::kill);
      }
    }
  }

  private static void assertRefused(Runnable signal) {
    try {
      signal.run();
    } catch (RefusedException e) {
      return;
    }
    throw new AssertionError("a protected process was signalled");
  }

  /**
   * Processor time since the first look, by what their resident memory says: any number will do.
   */
  private static void run(TestHost host) {
    for (ProcessState process : host.processes().all()) {
      Duration used = Duration.ofMillis(process.residentBytes() >> 20);
      host.processes().add(World.with(process, process.cpuTime().plus(used), process.units()));
    }
  }

  /** After the preview it becomes protected, or ends and somebody protected gets its number. */
  private void change(Table table, long pid) {
    ProcessState now = table.host.processes().find(pid).orElseThrow();
    if (random.nextBoolean()) {
      table.host.processes().remove(pid);
    }
    Why why =
        Why.values()[
            random.nextInt(Why.NOT.ordinal() - Why.MUST_LIVE.ordinal()) + Why.MUST_LIVE.ordinal()];
    table.host.processes().add(made(why, pid, now.ref(), now.residentBytes()));
    table.ordinary.remove(pid);
    table.protectedPids.add(pid);
  }

  private Table table() {
    TestHost host = new TestHost(files.root).protect(PROTECTION);
    Table table = new Table(host, new HashSet<>(), new HashSet<>());
    for (String unit :
        List.of("plain0.service", "plain1.service", "alias-of.service", "pg1.service")) {
      host.systemd().service(unit);
    }
    host.systemd().alias("known-as.service", "alias-of.service");
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      Why why = Why.values()[Math.min(random.nextInt(18), Why.NOT.ordinal())];
      long pid =
          switch (why) {
            case INIT -> 1;
            case OURSELVES -> FakeProcesses.OURSELVES;
            default -> 100 + 10 * i + random.nextInt(10);
          };
      long bytes = (1L << 20) << random.nextInt(10);
      host.processes().add(made(why, pid, new Ref(pid, random.nextInt(5)), bytes));
      (why == Why.NOT ? table.ordinary : table.protectedPids).add(pid);
    }
    if (random.nextBoolean() && !table.ordinary.isEmpty()) {
      long main = table.ordinary.iterator().next();
      host.processes()
          .find(main)
          .flatMap(ProcessState::unit)
          .ifPresent(unit -> host.systemd().unit(active(unit, main)));
    }
    return table;
  }

  private static UnitState active(String unit, long mainPid) {
    return new UnitState(
        unit,
        "loaded",
        "active",
        "running",
        "success",
        "simple",
        OptionalLong.of(mainPid),
        "01",
        Optional.empty(),
        Set.of());
  }

  private ProcessState made(Why why, long pid, Ref ref, long bytes) {
    String name = one("plain", "preferred", "sshdx", "systemdx", "nborg");
    List<String> units =
        new ArrayList<>(List.of("system.slice", one("plain0.service", "plain1.service")));
    int oomScoreAdj = random.nextInt(-999, 1000);
    switch (why) {
      case MUST_LIVE -> oomScoreAdj = -1000;
      case VITAL_NAME ->
          name = one("sshd", "systemd", "dbus-daemon", "systemd-journal", "(sd-pam)");
      case VITAL_UNIT ->
          units.set(1, one("sshd.service", "user@7.service", "dbus.service", "healing.service"));
      case NAMED -> name = one("borg", "backup", "backupper");
      case AVOIDED -> name = one("avoided", "avoid");
      case IN_UNIT -> units.set(1, one("vip.service", "pg1.service", "pg-main.service"));
      case IN_SCOPE -> units = List.of("user.slice", "user-7.slice", "session-9.scope");
      case IN_SLICE ->
          units =
              one(
                  List.of("batch.slice"),
                  List.of("batch.slice", "batch-a.slice", "plain0.service"));
      case BY_ALIAS -> units.set(1, "alias-of.service");
      default -> {}
    }
    return new ProcessState(
        ref,
        1,
        name,
        random.nextInt(3) * 1000,
        one('S', 'R', 'D'),
        Duration.ZERO,
        bytes,
        oomScoreAdj,
        random.nextBoolean() ? OptionalInt.of(random.nextInt(2000)) : OptionalInt.empty(),
        units,
        why == Why.KERNEL_THREAD);
  }

  @SafeVarargs
  private <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }
}
