package dev.healing.actions.nixos;

import static dev.healing.testkit.HostStates.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.memory.FreeMemory;
import dev.healing.actions.nixos.processes.EndMemoryHog;
import dev.healing.actions.nixos.processes.KillProcess;
import dev.healing.actions.nixos.throttle.ThrottleService;
import dev.healing.api.Configuration;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.RefusedException;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;

/**
 * Whatever runs on a host, no action that chooses whom to end, restart or slow down touches anybody
 * who is protected: kill_process, end_memory_hog, throttle_service, and free_memory, which restarts
 * who leaks. Who is in a service is touched with it. What is protected is said by the generator
 * that made the process so, not by the code under test. With {@code -Dhealing.nightly=true} there
 * are a million tables.
 */
class ProtectedProcessProperties {
  private static final int TABLES = Boolean.getBoolean("healing.nightly") ? 1_000_000 : 5_000;
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

  /** What is tried. */
  private enum Try {
    KILL(new KillProcess.Provider(), IssueType.MEMORY_HIGH, IssueType.CPU_HIGH),
    END_HOG(new EndMemoryHog.Provider(), IssueType.MEMORY_EXHAUSTING),
    THROTTLE(new ThrottleService.Provider(), IssueType.MEMORY_HIGH, IssueType.CPU_HIGH),
    RESTART_LEAK(new FreeMemory.Provider(), IssueType.MEMORY_HIGH);

    private final ActionProvider provider;
    private final List<IssueType> types;

    Try(ActionProvider provider, IssueType... types) {
      this.provider = provider;
      this.types = List.of(types);
    }
  }

  /** More of those that take the least time: they write no files. */
  private static final List<Try> TRIES =
      List.of(
          Try.KILL,
          Try.KILL,
          Try.RESTART_LEAK,
          Try.KILL,
          Try.THROTTLE,
          Try.KILL,
          Try.KILL,
          Try.RESTART_LEAK,
          Try.KILL,
          Try.END_HOG);

  private static final Set<String> UNITS =
      Set.of(
          "plain0.service",
          "plain1.service",
          "plain2.service",
          "plain3.service",
          "alias-of.service",
          "vip.service",
          "pg1.service",
          "pg-main.service",
          "sshd.service",
          "dbus.service",
          "healing.service");
  private static final int TOTAL_KB = 1_000_000;
  private static final Duration TICK = Duration.ofMillis(75);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final World files = new World();
  private final Map<Try, Integer> touched = new EnumMap<>(Try.class);

  /**
   * A host.
   *
   * @param limited units that were set a limit
   */
  private record Table(
      TestHost host, Map<Long, Why> protectedPids, Set<Long> ordinary, Set<String> limited) {
    /** A process that may be touched and is part of that, or any. */
    Optional<Long> oneOf(String target) {
      return ordinary.stream()
          .filter(
              pid -> {
                ProcessState process = host.processes().find(pid).orElseThrow();
                return target.endsWith(":" + pid) || process.units().contains(target);
              })
          .findFirst();
    }
  }

  @Example
  void nobodyProtectedIsTouched() {
    files.processors(1, "cpu memory");
    for (int i = 0; i < TABLES; i++) {
      once(i, TRIES.get(i % TRIES.size()));
    }
    System.out.printf(
        "%d process tables (seed %d): processes or services touched %s, none protected%n",
        TABLES, SEED, touched);
    for (Try each : Try.values()) {
      assertThat(touched.getOrDefault(each, 0))
          .as("%s: otherwise this shows nothing", each)
          .isGreaterThan(TABLES / 500);
    }
  }

  private void once(int number, Try what) {
    Table table = table();
    try (var time = table.host.time()) {
      IssueType type = what.types.get(random.nextInt(what.types.size()));
      HealingAction action =
          what.provider.create(table.host.withConfiguration(Configuration.of(SECTION)));
      files.memory(TOTAL_KB, what == Try.END_HOG ? TOTAL_KB : TOTAL_KB / 20);
      switch (what) {
        case END_HOG -> grow(table.host, TOTAL_KB);
        case THROTTLE -> account(table.host);
        default -> {}
      }
      Issue issue =
          Issue.of(
              time.now(),
              type,
              Severity.HIGH,
              "generated",
              Map.of(Metric.MEMORY_FLOOR.toString(), TOTAL_KB * 1024.0),
              List.of("host"));
      time.happens(Duration.ofMillis(250), "they run", () -> run(table.host));
      HostState state = what == Try.RESTART_LEAK ? leaks(time.now()) : at(time.now()).build();
      PreparedAction prepared;
      try {
        prepared = time.onWorker(() -> action.prepare(issue, state));
      } catch (RefusedException e) {
        check(number, what, table);
        return;
      }
      String target = prepared.preview().target();
      if (target.contains(":")) {
        assertThat(table.ordinary)
            .as("table %d of seed %d: %s", number, SEED, prepared.preview())
            .contains(Long.parseLong(target.substring(target.indexOf(':') + 1)));
      }
      if (random.nextInt(3) == 0) {
        table.oneOf(target).ifPresent(pid -> change(table, pid));
      }
      prepared.execute(new TestExecution(time, Duration.ofSeconds(60)));
      check(number, what, table);
    }
  }

  private void check(int number, Try what, Table table) {
    for (FakeProcesses.Signal signal : table.host.processes().signals()) {
      assertThat(table.protectedPids)
          .as("table %d of seed %d: %s of %s", number, SEED, signal, what)
          .doesNotContainKey(signal.to().pid());
      touched.merge(what, 1, Integer::sum);
    }
    Set<String> units = new HashSet<>(table.host.systemd().restarted());
    units.addAll(table.limited);
    for (String unit : units) {
      assertThat(unit).as("table %d of seed %d, %s", number, SEED, what).startsWith("plain");
      touched.merge(what, 1, Integer::sum);
    }
    for (long pid : table.protectedPids.keySet()) {
      ProcessState process = table.host.processes().find(pid).orElseThrow();
      if (!units.isEmpty() && table.protectedPids.get(pid) != Why.AVOIDED) {
        assertThat(units)
            .as("table %d of seed %d, %s: %s", number, SEED, what, process)
            .doesNotContainAnyElementsOf(process.units());
      }
      // Whoever asks for it all the same: the unit's other names and avoid are the action's to
      // heed.
      if (PROTECTION.process(process, List.of(FakeProcesses.OURSELVES)).isPresent()) {
        Held held = table.host.processes().hold(process.ref()).orElseThrow();
        assertRefused(held::terminate);
        assertRefused(held::kill);
      }
    }
  }

  /** They take memory, the largest fast, until none is left. */
  private void grow(TestHost host, int availableKb) {
    Map<Long, Integer> steps = new HashMap<>();
    List<ProcessState> all = host.processes().all();
    all.forEach(process -> steps.put(process.ref().pid(), one(0, 0, 1)));
    all.stream()
        .max(Comparator.comparingLong(ProcessState::residentBytes))
        .ifPresent(largest -> steps.put(largest.ref().pid(), 16));
    goOn(host, steps, availableKb);
  }

  private void goOn(TestHost host, Map<Long, Integer> stepsMib, int availableKb) {
    host.time()
        .happens(
            TICK,
            "they grow",
            () -> {
              int leftKb = availableKb;
              for (ProcessState process : host.processes().all()) {
                int mib = stepsMib.getOrDefault(process.ref().pid(), 0);
                leftKb -= mib << 10;
                long bytes = process.residentBytes() + ((long) mib << 20);
                host.processes().resident(process.ref().pid(), bytes);
              }
              if (leftKb > 0 && leftKb < availableKb) {
                files.memory(TOTAL_KB, leftKb);
                goOn(host, stepsMib, leftKb);
              }
            });
  }

  /** Their control groups hold more or less; a host's root group does not say. */
  private void account(TestHost host) {
    for (ProcessState process : host.processes().all()) {
      if (process.units().isEmpty()) {
        continue;
      }
      String group = "/sys/fs/cgroup/" + String.join("/", process.units());
      files.host.files().write(group + "/memory.current", String.valueOf(bytes()));
    }
  }

  /** Some units have grown for long. */
  private HostState leaks(Instant now) {
    HostStates states = at(now);
    for (String unit : UNITS) {
      if (random.nextInt(4) == 0) {
        double step = one(1, 4, 9) << 20;
        double[] values = IntStream.range(0, 42).mapToDouble(i -> step * (i + 1)).toArray();
        states.recent(Metric.of(Metric.SERVICE_MEMORY, unit), Duration.ofSeconds(15), values);
      }
    }
    return states.build();
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
    table.protectedPids.put(pid, why);
  }

  private Table table() {
    TestHost host = new TestHost(files.root).protect(PROTECTION);
    new ThrottleTimers(host);
    Table table = new Table(host, new HashMap<>(), new HashSet<>(), new HashSet<>());
    UNITS.forEach(unit -> host.systemd().unit(active(unit, OptionalLong.empty())));
    host.systemd().alias("known-as.service", "alias-of.service");
    host.systemd()
        .whenLimited(
            () -> UNITS.stream().filter(u -> limited(host, u)).forEach(table.limited::add));
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      Why why = Why.values()[Math.min(random.nextInt(18), Why.NOT.ordinal())];
      long pid =
          switch (why) {
            case INIT -> 1;
            case OURSELVES -> FakeProcesses.OURSELVES;
            default -> 100 + 10 * i + random.nextInt(10);
          };
      host.processes().add(made(why, pid, new Ref(pid, random.nextInt(5)), bytes()));
      if (why == Why.NOT) {
        table.ordinary.add(pid);
      } else {
        table.protectedPids.put(pid, why);
      }
    }
    if (random.nextBoolean() && !table.ordinary.isEmpty()) {
      long main = table.ordinary.iterator().next();
      host.processes()
          .find(main)
          .flatMap(ProcessState::unit)
          .ifPresent(unit -> host.systemd().unit(active(unit, OptionalLong.of(main))));
    }
    return table;
  }

  private long bytes() {
    return (1L << 20) << random.nextInt(10);
  }

  private static boolean limited(TestHost host, String unit) {
    return Stream.of(Limit.values()).anyMatch(l -> host.systemd().limit(unit, l).isPresent());
  }

  private static UnitState active(String unit, OptionalLong mainPid) {
    return new UnitState(
        unit,
        "loaded",
        "active",
        "running",
        "success",
        "simple",
        mainPid,
        "01",
        Optional.of(VirtualTime.START.minus(Duration.ofDays(1))),
        Set.of());
  }

  private ProcessState made(Why why, long pid, Ref ref, long bytes) {
    String name = one("plain", "preferred", "sshdx", "systemdx", "nborg");
    List<String> units =
        new ArrayList<>(List.of("system.slice", "plain" + random.nextInt(4) + ".service"));
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
