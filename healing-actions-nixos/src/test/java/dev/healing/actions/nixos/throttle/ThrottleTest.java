package dev.healing.actions.nixos.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.ThrottleTimers;
import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.RefusedException;
import dev.healing.spi.Detector;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** A throttle from its beginning to its end, and when there is none. */
class ThrottleTest {
  private final World world = new World();
  private final ThrottleTimers timers = new ThrottleTimers(world.host);

  ThrottleTest() {
    world.memory(1_000_000, 50_000);
    world.processors(2, "cpu memory");
    world.service("runaway.service", "simple", 200);
  }

  private void runs(double cores) {
    world.busy(200, "runaway", cores, "system.slice", "runaway.service");
  }

  private PreparedAction prepare(IssueType type, Map<String, Object> section) {
    HealingAction action =
        new ThrottleService.Provider()
            .create(world.host.withConfiguration(Configuration.of(section)));
    return world
        .host
        .time()
        .onWorker(() -> action.prepare(world.issue(type, "cpu"), HostStates.now().build()));
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofSeconds(30)));
  }

  private ActionReport throttle() {
    return execute(prepare(IssueType.CPU_HIGH, Map.of()));
  }

  private void refused(String why) {
    refused(Map.of(), why);
  }

  private void refused(Map<String, Object> section, String why) {
    assertThatThrownBy(() -> prepare(IssueType.CPU_HIGH, section))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }

  private OptionalLong quota() {
    return world.host.systemd().limit("runaway.service", Limit.CPU_QUOTA);
  }

  private Detection look(Detector detector, Duration later, double busy) {
    world.host.time().advance(later);
    return detector.detect(
        HostStates.at(world.host.time().now()).sample(Metric.CPU_BUSY, busy).build());
  }

  /** Who weighs less waits all the more itself. */
  private ActionReport weighLess(String unit, String waitingAfterwards) {
    world.busy(202, "shop", 0.2, "system.slice", "shop.service");
    waits(unit, "40.00");
    waits("shop.service", "40.00");
    HealingAction action = new ThrottleService.Provider().create(world.host);
    PreparedAction prepared =
        world
            .host
            .time()
            .onWorker(
                () ->
                    action.prepare(
                        world.issue(IssueType.PROCESSOR_CONTENDED, unit),
                        HostStates.now().build()));
    assertThat(prepared.preview().steps().get(1)).startsWith("set CPUWeight=20");
    world
        .host
        .time()
        .happens(
            Duration.ofSeconds(10),
            "others wait",
            () -> {
              waits(unit, "90.00");
              waits("shop.service", waitingAfterwards);
            });
    return execute(prepared);
  }

  private void waits(String name, String percent) {
    String text = "some avg10=" + percent + " avg60=9.00 avg300=9.00 total=1\nfull avg10=0.00\n";
    String group = "system.slice/" + name + "/cpu.pressure";
    world.host.files().write("/sys/fs/cgroup/unified/" + group, text);
  }

  /** A host that is there for one service may well be busy with it all day. */
  @Test
  void nobodyIsHeldBackWhereNobodyElseWaits() {
    runs(1.9);
    world.busy(201, "web", 0.05, "system.slice", "web.service");
    waits("runaway.service", "99.00");
    waits("web.service", "3.00");
    refused("nobody else waits for processors");
    assertThat(quota()).isEmpty();
    waits("web.service", "30.00");
    assertThat(throttle().result()).isEqualTo(Result.DONE);
  }

  private OptionalLong weight() {
    return world.host.systemd().limit("runaway.service", Limit.CPU_WEIGHT);
  }

  /** Others use more than it does: it is named, and need not stand out. */
  @Test
  void whatWorksInTheBackgroundWeighsLessUntilTheHostHasRoomForAWhile() {
    runs(0.5);
    world.busy(201, "web", 0.9, "system.slice", "web.service");

    ActionReport report = weighLess("runaway.service", "10.00");

    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("does so 10 % of the time, instead of 40 %");
    assertThat(weight()).hasValue(20);
    Detector calm = new ThrottledCalm.Provider().create(world.host);
    for (int minute = 0; minute < 15; minute++) {
      assertThat(look(calm, Duration.ofMinutes(1), 0.9).issues()).isEmpty();
    }
    look(calm, Duration.ofMinutes(1), 0.3);
    Detection over = look(calm, Duration.ofMinutes(11), 0.3);
    assertThat(over.issues()).hasSize(1);
    execute(
        new LiftThrottle.Provider()
            .create(world.host)
            .prepare(over.issues().get(0), HostStates.now().build()));
    assertThat(weight()).isEmpty();
  }

  @Test
  void nothingWeighsLessWhereNobodyElseWaitsOrThatIsNotTold() {
    runs(1.5);
    HealingAction action = new ThrottleService.Provider().create(world.host);
    String unit = "runaway.service";
    Callable<PreparedAction> prepared =
        () ->
            world
                .host
                .time()
                .onWorker(
                    () ->
                        action.prepare(
                            world.issue(IssueType.PROCESSOR_CONTENDED, unit),
                            HostStates.now().build()));
    assertThatThrownBy(prepared::call).hasMessageContaining("is not told here");
    world.busy(202, "shop", 0.2, "system.slice", "shop.service");
    waits(unit, "95.00");
    waits("shop.service", "5.00");
    assertThatThrownBy(prepared::call).hasMessageContaining("nobody else waits");
  }

  @Test
  void aWeightThatDoesNotHelpIsTakenAwayAgain() {
    runs(0.5);
    ActionReport report = weighLess("runaway.service", "39.00");
    assertThat(report.result()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(weight()).isEmpty();
    assertThat(new Throttles(world.host).all()).isEmpty();
  }

  @Test
  void itStaysWhileItIsNeededAndIsLiftedWhenCalmAlsoAfterARestartOfOurs() {
    runs(1.8);
    assertThat(throttle().result()).isEqualTo(Result.DONE);
    assertThat(quota()).hasValue(1_000_000);

    Detector before = new ThrottledCalm.Provider().create(world.host);
    for (int minute = 0; minute < 15; minute++) {
      assertThat(look(before, Duration.ofMinutes(1), 0.5).issues())
          .as("it uses all that it is given")
          .isEmpty();
    }
    world.host.processes().remove(200);
    runs(0.1);
    assertThat(look(before, Duration.ofMinutes(9), 0.1).issues()).isEmpty();

    // Ours starts again: only what was written down is left.
    Detector after = new ThrottledCalm.Provider().create(world.host);
    look(after, Duration.ofMinutes(1), 0.1);
    Detection calm = look(after, Duration.ofMinutes(11), 0.1);
    assertThat(calm.issues()).hasSize(1);
    assertThat(calm.issues().get(0).components()).containsExactly("runaway.service");
    PreparedAction lift =
        new LiftThrottle.Provider()
            .create(world.host)
            .prepare(calm.issues().get(0), HostStates.now().build());
    assertThat(lift.preview().steps())
        .containsExactly("take away CPUQuota=100% (1.00 cores) from runaway.service");
    assertThat(execute(lift).result()).isEqualTo(Result.DONE);
    assertThat(quota()).isEmpty();
    assertThat(look(after, Duration.ofMinutes(11), 0.1)).isEqualTo(Detection.NOTHING);
  }

  /** Healing is stopped, or paused, or not there any more. */
  @Test
  void aTimerTakesItAwayWhenNobodyElseDoes() {
    runs(1.8);
    assertThat(prepare(IssueType.CPU_HIGH, Map.of()).preview().steps().get(3))
        .endsWith("else a timer of systemd's in 65 min, whatever becomes of healing");
    throttle();
    assertThat(timers.running()).containsOnlyKeys("healing-throttle-cpu-quota-runaway.timer");
    world.host.time().advance(Duration.ofMinutes(64));
    assertThat(quota()).hasValue(1_000_000);
    world.host.time().advance(Duration.ofMinutes(1));
    assertThat(quota()).isEmpty();
    assertThat(execute(lift()).result()).as("found when we are back").isEqualTo(Result.DONE);
    assertThat(new Throttles(world.host).all()).isEmpty();
  }

  @Test
  void theTimerWaitsUntilItIsNoLongerNeededByTheDetectorsOwnKey() {
    runs(1.8);
    Configuration all =
        Configuration.of(
            Map.of(
                "detectors", Map.of("throttled_calm", Map.of("at-most", "3h")),
                "actions", Map.of("throttle_service", Map.of())));
    HealingAction action =
        new ThrottleService.Provider()
            .create(
                world.host.withConfiguration(all.section("actions").section("throttle_service")));
    execute(
        world
            .host
            .time()
            .onWorker(
                () ->
                    action.prepare(
                        world.issue(IssueType.CPU_HIGH, "cpu"), HostStates.now().build())));
    world.host.time().advance(Duration.ofMinutes(184));
    assertThat(quota()).hasValue(1_000_000);
    world.host.time().advance(Duration.ofMinutes(1));
    assertThat(quota()).isEmpty();
  }

  @Test
  void theTimerLeavesWhatSomebodyElseHasSet() {
    runs(1.8);
    throttle();
    world.host.systemd().setLimit("runaway.service", Limit.CPU_QUOTA, OptionalLong.of(300_000));
    world.host.time().advance(Duration.ofHours(2));
    assertThat(quota()).as("the operator's").hasValue(300_000);
  }

  @Test
  void withoutATimerNothingIsSetAndNoneIsLeftOfWhatWasTakenAway() {
    runs(1.8);
    throttle();
    execute(lift());
    assertThat(timers.running()).isEmpty();
    world.quotasHold = false;
    throttle();
    assertThat(timers.running()).isEmpty();
    timers.breakThem();
    PreparedAction prepared = prepare(IssueType.CPU_HIGH, Map.of());
    assertThatThrownBy(() -> execute(prepared))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("nothing was set, since the timer");
    assertThat(quota()).isEmpty();
    assertThat(new Throttles(world.host).all()).isEmpty();
  }

  @Test
  void whoNeverGetsCalmIsThrottledForAnHourAtMost() {
    runs(1.8);
    assertThat(throttle().result()).isEqualTo(Result.DONE);
    Detector detector = new ThrottledCalm.Provider().create(world.host);
    assertThat(look(detector, Duration.ofMinutes(59), 0.9).issues()).isEmpty();
    assertThat(look(detector, Duration.ofMinutes(1), 0.9).issues())
        .singleElement()
        .satisfies(i -> assertThat(i.description()).contains("has been throttled for 60 min"));
  }

  @Test
  void whatHasNoEffectIsTakenAwayAtOnce() {
    world.quotasHold = false;
    runs(1.8);
    ActionReport report = throttle();
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("taken away again");
    assertThat(quota()).isEmpty();
    assertThat(new Throttles(world.host).all()).isEmpty();
  }

  /** As many seconds after boot as their number says they were started. */
  @Test
  void whatWasJustStartedIsNeitherTheCauseOfBusyProcessorsNorBesideIt() {
    world.host.files().write("/proc/uptime", "309.99 12.00\n");
    runs(1.2);
    world.busy(300, "verb", 0.9, "user.slice", "session-1.scope");
    assertThat(throttle().result()).isEqualTo(Result.DONE);

    world.service("started.service", "simple", 300);
    world.busy(300, "started", 1.9, "system.slice", "started.service");
    world.host.processes().remove(200);
    refused("nothing uses 1.00 cores");
    world.busy(200, "started", 0.0, "system.slice", "started.service");
    assertThat(prepare(IssueType.CPU_HIGH, Map.of()).preview().target())
        .as("its newest process is young, and it is not")
        .isEqualTo("started.service");
  }

  @Test
  void whatSomebodyElseHasSetIsNeverOverwritten() {
    runs(1.8);
    world.host.systemd().setLimit("runaway.service", Limit.CPU_QUOTA, OptionalLong.of(1_500_000));
    refused("already, set by somebody else");
    world.host.systemd().setLimit("runaway.service", Limit.CPU_QUOTA, OptionalLong.empty());
    assertThat(throttle().result()).isEqualTo(Result.DONE);
    refused("already, set by us");

    world.host.systemd().setLimit("runaway.service", Limit.CPU_QUOTA, OptionalLong.of(300_000));
    PreparedAction lift =
        new LiftThrottle.Provider()
            .create(world.host)
            .prepare(
                world.issue(IssueType.THROTTLED_CALM, "runaway.service"), HostStates.now().build());
    assertThat(lift.preview().steps().get(0)).startsWith("leave CPUQuota=30%");
    assertThat(execute(lift).result()).isEqualTo(Result.DONE);
    assertThat(quota()).as("the operator's").hasValue(300_000);
    assertThat(new Throttles(world.host).all()).isEmpty();
  }

  @Test
  void whoIsProtectedSinceIsFreedOfOurLimitAndOfNoOther() {
    runs(1.8);
    throttle();
    world.host.protect(new Protection(List.of("runaway"), List.of()));
    assertThat(execute(lift()).result()).isEqualTo(Result.DONE);
    assertThat(quota()).isEmpty();

    world.host.protect(Protection.vitalOnly());
    throttle();
    world.host.systemd().setLimit("runaway.service", Limit.CPU_QUOTA, OptionalLong.of(300_000));
    world.host.protect(new Protection(List.of("runaway"), List.of()));
    execute(lift());
    assertThat(quota()).as("the operator's").hasValue(300_000);
  }

  private PreparedAction lift() {
    return new LiftThrottle.Provider()
        .create(world.host)
        .prepare(
            world.issue(IssueType.THROTTLED_CALM, "runaway.service"), HostStates.now().build());
  }

  @Test
  void whoIsNotToBeThrottledIsNot() {
    runs(1.8);
    refused(Map.of("avoid", List.of("run*")), "named in avoid");
    world.host.protect(new Protection(List.of("runaway"), List.of()));
    refused("runaway.service is protected");
    world.host.protect(Protection.vitalOnly());
    refused(Map.of("cpu", "85%"), "would change next to nothing");
    world.busy(201, "other", 1.2, "system.slice", "other.service");
    refused("nobody stands out");
    world.host.processes().remove(201);
    world.busy(FakeProcesses.OURSELVES, "java", 0.0, "system.slice", "runaway.service");
    refused("is our own process");
  }

  @Test
  void onlyServicesAreThrottled() {
    world.busy(300, "desktop", 1.8, "user.slice", "user-7.slice", "session-2.scope");
    refused("session-2.scope stands out and is no service");
    world.host.processes().remove(300);
    world.busy(301, "bare", 1.8);
    refused("bare (pid 301, uid 1000) stands out and is no service");
  }

  @Test
  void withoutControllersOrWithADamagedRecordNothingIsSet() {
    runs(1.8);
    world.host.state().replace("throttles.json", "{\"throttles\":[{\"unit\":7}]}");
    refused("mend it");
    assertThat(
            look(new ThrottledCalm.Provider().create(world.host), Duration.ofMinutes(1), 0.1)
                .unreadable())
        .hasSize(1);
    world.host.state().delete("throttles.json");
    world.processors(2, "io memory");
    refused("no cgroup controller for cpu");
    world.processors(2, "io");
    assertThat(new ThrottleService.Provider().create(world.host).unavailable()).isPresent();
  }

  @Test
  void aThrottleOfAnEarlierBootIsForgotten() {
    runs(1.8);
    throttle();
    world.host.time().reboot();
    assertThat(new Throttles(world.host).all()).isEmpty();
    assertThat(look(new ThrottledCalm.Provider().create(world.host), Duration.ofMinutes(30), 0.1))
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void unitNamesWithEscapesAreRememberedAsTheyAre() {
    Throttles throttles = new Throttles(world.host);
    Throttles.Throttle odd =
        new Throttles.Throttle(
            "a\\x2db@1.service", Limit.MEMORY_HIGH, 7, world.host.time().bootId(), 1, 2);
    throttles.add(odd);
    assertThat(throttles.damage()).isEmpty();
    assertThat(throttles.all()).containsExactly(odd);
    throttles.forget(odd);
    assertThat(throttles.all()).isEmpty();
  }

  /** A service with a process that has so much resident, which is not what is compared. */
  private void holds(long pid, String service, long currentBytes, long idleCacheBytes) {
    world.process(pid, "runaway", 500_000_000);
    world
        .host
        .processes()
        .add(
            World.with(
                world.host.processes().find(pid).orElseThrow(),
                Duration.ZERO,
                List.of("system.slice", service)));
    String group = "/sys/fs/cgroup/system.slice/" + service;
    world.host.files().write(group + "/memory.current", currentBytes + "\n");
    world
        .host
        .files()
        .write(group + "/memory.stat", "anon 1\ninactive_file " + idleCacheBytes + "\n");
  }

  private void givesBack(long bytes) {
    world
        .host
        .systemd()
        .whenLimited(() -> holds(200, "runaway.service", 700_000_000 - bytes, 100_000_000));
  }

  private OptionalLong memoryHigh() {
    return world.host.systemd().limit("runaway.service", Limit.MEMORY_HIGH);
  }

  @Test
  void aServiceThatHasTooMuchMemoryInUseGetsMemoryHigh() {
    holds(200, "runaway.service", 700_000_000, 100_000_000);
    holds(201, "reader.service", 900_000_000, 700_000_000);
    givesBack(60_000_000);
    PreparedAction prepared = prepare(IssueType.MEMORY_HIGH, Map.of());
    assertThat(prepared.preview().steps().get(0))
        .isEqualTo(
            "runaway.service uses 572.2 MiB of memory; next is reader.service with 190.7 MiB of"
                + " memory");
    ActionReport report = execute(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(memoryHigh()).hasValue(514L << 20);
    assertThat(report.before()).containsEntry("memory.working.bytes", 6e8);
    assertThat(report.after()).containsEntry("memory.working.bytes", 5.4e8);
  }

  @Test
  void aMemoryHighThatGivesNothingBackIsTakenAwayAgain() {
    holds(200, "runaway.service", 700_000_000, 100_000_000);
    givesBack((16 << 20) - 1);
    ActionReport report = execute(prepare(IssueType.MEMORY_HIGH, Map.of()));
    assertThat(report.result()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(report.detail()).contains("16.0 MiB that count as a gain");
    assertThat(memoryHigh()).isEmpty();
    assertThat(new Throttles(world.host).all()).isEmpty();
    refusedForMemory(Map.of("memory", "98%"), "is no gain");
  }

  @Test
  void whoseMemoryIsNotAccountedIsNotComparedWithAnybody() {
    holds(200, "runaway.service", 700_000_000, 100_000_000);
    world.process(301, "bare", 99_000_000);
    assertThat(prepare(IssueType.MEMORY_HIGH, Map.of()).preview().steps()).isNotEmpty();
    world.process(301, "bare", 110_000_000);
    refusedForMemory(Map.of(), "bare (pid 301) has 104.9 MiB resident");
  }

  /** By the measure that it was throttled by: what is resident would be below the limit. */
  @Test
  void aServiceIsCalmByWhatTheKernelLimits() {
    holds(200, "runaway.service", 700_000_000, 100_000_000);
    givesBack(60_000_000);
    execute(prepare(IssueType.MEMORY_HIGH, Map.of()));
    Detector detector = new ThrottledCalm.Provider().create(world.host);
    world.process(200, "runaway", 1);
    holds(200, "runaway.service", 600_000_000, 100_000_000);
    memoryLook(detector, Duration.ofMinutes(1));
    assertThat(memoryLook(detector, Duration.ofMinutes(15)).issues()).isEmpty();
    holds(200, "runaway.service", 600_000_000, 300_000_000);
    memoryLook(detector, Duration.ofMinutes(1));
    assertThat(memoryLook(detector, Duration.ofMinutes(11)).issues()).hasSize(1);
  }

  private Detection memoryLook(Detector detector, Duration later) {
    world.host.time().advance(later);
    return detector.detect(HostStates.at(world.host.time().now()).memory(0.5).build());
  }

  private void refusedForMemory(Map<String, Object> section, String why) {
    assertThatThrownBy(() -> prepare(IssueType.MEMORY_HIGH, section))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }
}
