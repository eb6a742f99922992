package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
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
import org.junit.jupiter.api.Test;

/** A throttle from its beginning to its end, and when there is none. */
class ThrottleTest {
  private final World world = new World();

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
    refused("our own service");
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

  @Test
  void aServiceThatHasTooMuchMemoryGetsMemoryHigh() {
    world.process(200, "runaway", 500_000_000);
    world
        .host
        .processes()
        .add(
            World.with(
                world.host.processes().find(200).orElseThrow(),
                Duration.ZERO,
                List.of("system.slice", "runaway.service")));
    refusedForMemory("memory.current");
    String group = "/sys/fs/cgroup/system.slice/runaway.service/";
    world.host.files().write(group + "memory.current", "600000000\n");
    world.host.files().write(group + "memory.high", "max\n");
    ActionReport notTaken = execute(prepare(IssueType.MEMORY_HIGH, Map.of()));
    assertThat(notTaken.result()).isEqualTo(Result.FAILED);
    assertThat(world.host.systemd().limit("runaway.service", Limit.MEMORY_HIGH)).isEmpty();

    world
        .host
        .systemd()
        .whenLimited(() -> world.host.files().write(group + "memory.high", "538968064\n"));
    ActionReport report = execute(prepare(IssueType.MEMORY_HIGH, Map.of()));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(world.host.systemd().limit("runaway.service", Limit.MEMORY_HIGH).getAsLong())
        .isBetween(535_000_000L, 540_000_000L);
  }

  private void refusedForMemory(String why) {
    assertThatThrownBy(() -> prepare(IssueType.MEMORY_HIGH, Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }
}
