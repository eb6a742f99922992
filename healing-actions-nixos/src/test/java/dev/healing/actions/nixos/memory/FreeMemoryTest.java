package dev.healing.actions.nixos.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.GivingHost;
import dev.healing.actions.nixos.World;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.api.RefusedException;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Step by step, and no further than is needed. */
class FreeMemoryTest {
  private static final String APP = "app.service";
  private static final String WEB = "/sys/fs/cgroup/system.slice/web.service";
  private static final long ALL_KB = 4_000_000;

  private final World world = new World();
  private final FakeSystemd systemd = world.host.systemd();
  private Runnable whenReclaimed = () -> {};
  private int reads;

  FreeMemoryTest() {
    available(200_000);
    systemd.service(APP);
    systemd.subscribe(unit -> available(2_500_000));
    world.host.time().advance(Duration.ofMinutes(20));
  }

  private void available(long kb) {
    world.memory(ALL_KB, kb);
  }

  private void inactive(long bytes) {
    world.host.files().write(WEB + "/memory.reclaim", "");
    world.host.files().write(WEB + "/memory.stat", "inactive_anon " + bytes + "\n");
  }

  private HostState leaking(String... units) {
    double[] bytes = IntStream.rangeClosed(0, 40).mapToDouble(i -> 6e8 + i * 46e6).toArray();
    HostStates states = HostStates.at(world.host.time().now());
    for (String unit : units) {
      states.recent(Metric.of(Metric.SERVICE_MEMORY, unit), Duration.ofSeconds(15), bytes);
    }
    return states.build();
  }

  private PreparedAction prepare(Map<String, Object> keys, Severity severity, HostState state) {
    Configuration section = Configuration.of(keys);
    HealingAction action =
        new FreeMemory.Provider().create(new GivingHost(world, section, () -> whenReclaimed.run()));
    assertThat(section.problems()).isEmpty();
    return action.prepare(issue(severity), state);
  }

  private Issue issue(Severity severity) {
    return Issue.of(
        world.host.time().now(),
        IssueType.MEMORY_HIGH,
        severity,
        "full",
        Map.of(),
        List.of("memory"));
  }

  private PreparedAction prepare(HostState state) {
    return prepare(Map.of(), Severity.HIGH, state);
  }

  private ActionReport done(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
  }

  private void refused(
      Map<String, Object> keys, Severity severity, HostState state, String... why) {
    assertThatThrownBy(() -> prepare(keys, severity, state))
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll(why);
  }

  private void refused(String... why) {
    refused(Map.of(), Severity.HIGH, leaking(APP), why);
  }

  @Test
  void nobodyIsRestartedIfWhatIsMilderWasEnough() {
    inactive(900_000_000);
    whenReclaimed = () -> available(900_000);
    PreparedAction prepared = prepare(leaking(APP));
    assertThat(prepared.preview().steps())
        .startsWith(
            "reclaim 585.9 MiB from web.service", "only if then more than 80 % is still in use:")
        .anyMatch(step -> step.startsWith("restart app.service, which is active but leaks"));
    ActionReport report = done(prepared);
    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).isEmpty();
  }

  @Test
  void otherwiseTheServiceThatLeaksIs() {
    inactive(900_000_000);
    whenReclaimed = () -> available(300_000);
    ActionReport report = done(prepare(leaking(APP)));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(APP);
    assertThat(report.detail()).contains("2.2 GiB more memory is available");
  }

  @Test
  void whatComesAndGoesByItselfIsNoGain() {
    inactive(900_000_000);
    whenReclaimed = () -> available(200_000 + ALL_KB / 100 - 1);
    ActionReport little = done(prepare(leaking()));
    assertThat(little.result()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(little.detail()).contains("less than the 39.1 MiB that count as a gain");
    available(200_000);
    whenReclaimed = () -> available(200_000 + ALL_KB / 100);
    assertThat(done(prepare(leaking())).result()).isEqualTo(Result.DONE);
    inactive(39 << 20);
    refused(Map.of(), Severity.HIGH, leaking(), "less than 39.1 MiB can be swapped out");
  }

  @Test
  void whereThereIsNoRoomInSwapNothingIsSwappedOut() {
    inactive(900_000_000);
    world
        .host
        .files()
        .write(
            "/proc/meminfo",
            "MemTotal: 4000000 kB\nMemAvailable: 200000 kB\nSwapTotal: 9 kB\nSwapFree: 0 kB\n");
    assertThat(prepare(leaking(APP)).preview().steps().get(0)).startsWith("restart app.service");
  }

  @Test
  void swapIsEmptiedLastAndOnlyIfThatIsSwitchedOn() {
    world.host.files().write("/proc/swaps", "/dev/zram0 partition 999996 900000 5\n");
    assertThat(prepare(leaking(APP)).preview().steps()).noneMatch(step -> step.contains("zram"));
    PreparedAction prepared = prepare(Map.of("swap", true), Severity.HIGH, leaking(APP));
    assertThat(prepared.preview().steps()).last().asString().contains("swap off and on");
    ActionReport report = done(prepared);
    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("2.2 GiB more", "swap left on: /dev/zram0 is or may be");
  }

  @Test
  void swapThatIsLeftOffIsAFailureWhateverMemoryItGave() {
    String line = "/dev/sda2 partition 999996 900000 -2\n";
    world.host.files().write("/proc/swaps", line);
    for (String program : List.of("swapoff", "swapon", "systemd-run")) {
      world.host.commands().installed(program, Path.of("/sbin/" + program));
    }
    world
        .host
        .commands()
        .on(
            command -> {
              world.host.files().write("/proc/swaps", "");
              return new CommandRunner.Result(0, "", "", false, false);
            },
            "systemd-run",
            "--wait",
            "--collect",
            "--quiet",
            "--no-ask-password",
            "--service-type=oneshot",
            "--unit=healing-swap",
            "--description=healing switches swap off and on again",
            "--property=TimeoutStartSec=60",
            "--property=ExecStopPost=-/sbin/swapon /dev/sda2",
            "--",
            "/sbin/swapoff",
            "/dev/sda2");
    ActionReport report =
        prepare(Map.of("swap", true), Severity.HIGH, leaking(APP))
            .execute(new TestExecution(world.host.time(), Duration.ofMinutes(6)));
    assertThat(report.detail()).contains("2.2 GiB more", "/dev/sda2 IS SWITCHED OFF");
    assertThat(report.result()).isEqualTo(Result.FAILED);
  }

  @Test
  void anOlderKernelIsAskedInItsWords() {
    inactive(900_000_000);
    boolean[] first = {true};
    whenReclaimed =
        () -> {
          if (first[0]) {
            first[0] = false;
            throw new HostException("memory.reclaim could not be set: Invalid argument");
          }
          available(900_000);
        };
    assertThat(done(prepare(leaking())).result()).isEqualTo(Result.DONE);
    assertThat(world.host.files().read(WEB + "/memory.reclaim")).hasValue("614400000");
  }

  @Test
  void aRestartThatFailsOrGainsNothingIsNotCalledDone() {
    systemd.whenRestarted(APP, FakeSystemd.Restart.FAILS_AGAIN);
    assertThat(done(prepare(leaking(APP))).result()).isEqualTo(Result.FAILED);
    systemd.recover(APP).whenRestarted(APP, FakeSystemd.Restart.COMES_BACK);
    world.host.time().advance(Duration.ofMinutes(20));
    available(200_000);
    systemd.subscribe(unit -> available(210_000));
    assertThat(done(prepare(leaking(APP))).result()).isEqualTo(Result.NOTHING_GAINED);
  }

  @Test
  void onlyWhoMayBeRestartedIs() {
    refused(Map.of(), Severity.LOW, leaking(APP), "not serious enough");
    refused(Map.of(), Severity.HIGH, leaking(), "no service was seen to grow");
    refused(Map.of("avoid", List.of("app*")), Severity.HIGH, leaking(APP), "grew by", "in avoid");
    refused(Map.of("leak-growth", "99%"), Severity.HIGH, leaking(APP), "3.8 GiB or more");
    systemd.property(APP, "Transient", "yes");
    refused("app.service is a job");
    systemd.property(APP, "Transient", "no").property(APP, "TriggeredBy", "app.timer");
    refused("app.service is a job");
    systemd.property(APP, "TriggeredBy", "");
    world.host.protect(new Protection(List.of(APP), List.of()));
    refused("protected by the configuration");
    systemd.service("other.service");
    world.host.time().advance(Duration.ofMinutes(5));
    refused(Map.of(), Severity.HIGH, leaking(APP, "other.service"), "protected");
    world.host.time().advance(Duration.ofMinutes(5));
    assertThat(prepare(leaking(APP, "other.service")).preview().target())
        .isEqualTo("other.service");
  }

  /** What it had in the last day, every five minutes, if that is what it has now. */
  private HostState had(DoubleUnaryOperator bytesHoursAgo) {
    world.host.past(
        (metric, since, step) -> {
          reads++;
          List<Sample> samples = new ArrayList<>();
          for (Instant at = since; at.isBefore(world.host.time().now()); at = at.plus(step)) {
            double hoursAgo =
                Duration.between(at, world.host.time().now()).toMillis() / 3_600_000.0;
            samples.add(new Sample(metric, bytesHoursAgo.applyAsDouble(hoursAgo), at));
          }
          return samples;
        });
    double[] now =
        IntStream.range(0, 41).mapToDouble(i -> bytesHoursAgo.applyAsDouble(0)).toArray();
    return HostStates.at(world.host.time().now())
        .recent(Metric.of(Metric.SERVICE_MEMORY, APP), Duration.ofSeconds(15), now)
        .build();
  }

  @Test
  void aLeakOfHoursIsSeenInTheMetricHistory() {
    world.host.time().advance(Duration.ofHours(30));
    String step = prepare(had(hoursAgo -> 2.4e9 - 5e7 * hoursAgo)).preview().steps().get(0);
    assertThat(step).contains("app.service", "leaks", "14 KiB a second over 6 h");
    step = prepare(had(hoursAgo -> 2.4e9 - 1e7 * hoursAgo)).preview().steps().get(0);
    assertThat(step).contains("a second over 23 h");
    assertThat(done(prepare(had(hoursAgo -> 2.4e9 - 1e7 * hoursAgo))).result())
        .isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(APP);
  }

  @Test
  void whatWasLargeAllTheTimeOrCameUpSinceIsNoLeakOfHours() {
    world.host.time().advance(Duration.ofHours(30));
    String why = "no service was seen to grow";
    refused(Map.of(), Severity.HIGH, had(hoursAgo -> 2.4e9), why);
    refused(Map.of(), Severity.HIGH, had(hoursAgo -> 2.4e9 - (hoursAgo > 9 ? 1e9 : 0)), why);
    refused(Map.of(), Severity.HIGH, had(hoursAgo -> 1e9 + 1e8 * (hoursAgo % 4)), why);
    DoubleUnaryOperator today = hoursAgo -> 2.4e9 - 5e7 * Math.min(24, hoursAgo);
    refused(Map.of("leak-window", "1d"), Severity.HIGH, had(today), why);
    systemd.recover(APP);
    available(200_000);
    world.host.time().advance(Duration.ofHours(3));
    refused(
        Map.of(), Severity.HIGH, had(hoursAgo -> 2.4e9 - 5e7 * hoursAgo), "while it was watched");
  }

  @Test
  void aLeakOfDaysIsSeenToo() {
    world.host.time().advance(Duration.ofDays(8));
    String step = prepare(had(hoursAgo -> 2.4e9 - 2e6 * hoursAgo)).preview().steps().get(0);
    assertThat(step).contains("app.service", "leaks", "1 KiB a second over 167 h");
    String why = "no service was seen to grow";
    refused(Map.of(), Severity.HIGH, had(hoursAgo -> 2.4e9 - 1e6 * hoursAgo), why);
  }

  private HostState leakingAfter(Outcome outcome) {
    Instant before = world.host.time().now().minus(Duration.ofDays(10));
    double[] bytes = IntStream.rangeClosed(0, 40).mapToDouble(i -> 6e8 + i * 46e6).toArray();
    return HostStates.at(world.host.time().now())
        .recent(Metric.of(Metric.SERVICE_MEMORY, APP), Duration.ofSeconds(15), bytes)
        .own(
            new OwnAction(
                IssueType.MEMORY_HIGH,
                ActionId.FREE_MEMORY,
                APP,
                new TreeSet<>(List.of("memory")),
                before,
                before,
                Optional.of(before.plusSeconds(5)),
                Optional.of(outcome)))
        .build();
  }

  private PreparedAction predicted(HostState state) {
    return predicted(state, Duration.ofMinutes(30));
  }

  private PreparedAction predicted(HostState state, Duration soonest) {
    return new FreeMemory.Provider()
        .create(new GivingHost(world, Configuration.empty(), () -> whenReclaimed.run()))
        .prepare(
            Issue.of(
                world.host.time().now(),
                IssueType.PREDICTED_MEMORY_HIGH,
                Severity.MEDIUM,
                "soon",
                Map.of(Metric.FORECAST_LOWER, (double) soonest.toSeconds()),
                List.of("memory")),
            state);
  }

  @Test
  void beforeMemoryIsShortOnlyWhoseRestartHasHealedBeforeIsRestarted() {
    assertThatThrownBy(() -> predicted(leaking(APP)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("app.service leaks, but memory is not short yet");
    assertThatThrownBy(() -> predicted(leakingAfter(Outcome.UNCHANGED)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> predicted(leakingAfter(Outcome.HEALED), Duration.ofMinutes(31)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("no sooner than 30 min before memory may be short");
    assertThat(done(predicted(leakingAfter(Outcome.HEALED))).result()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).containsExactly(APP);
  }

  @Test
  void beforeMemoryIsShortItIsSwappedOutAllTheSame() {
    inactive(900_000_000);
    whenReclaimed = () -> available(900_000);
    PreparedAction prepared = predicted(leaking(APP));
    assertThat(prepared.preview().steps()).anyMatch(step -> step.startsWith("restart nothing"));
    assertThat(done(prepared).result()).isEqualTo(Result.DONE);
    assertThat(systemd.restarted()).isEmpty();
  }

  /** An issue that stays is asked about at each look, and files are slow. */
  @Test
  void theHistoryIsReadEveryFewMinutes() {
    world.host.time().advance(Duration.ofHours(30));
    HealingAction action =
        new FreeMemory.Provider().create(new GivingHost(world, Configuration.empty(), () -> {}));
    for (int look = 0; look < 600; look++) {
      HostState state = had(hoursAgo -> 2.4e9);
      assertThatThrownBy(() -> action.prepare(issue(Severity.HIGH), state))
          .isInstanceOf(RefusedException.class);
      world.host.time().advance(Duration.ofSeconds(1));
    }
    assertThat(reads).as("hours and days, each twice").isEqualTo(4);
  }

  @Test
  void whoWasJustStartedFillsUp() {
    systemd.recover(APP);
    available(200_000);
    world.host.time().advance(Duration.ofMinutes(9));
    refused("started or reloaded while it was watched");
  }

  @Test
  void ourOwnServiceIsNotRestarted() {
    world
        .host
        .processes()
        .add(
            World.with(
                world.host.processes().find(4711).orElseThrow(),
                Duration.ZERO,
                List.of("system.slice", APP)));
    refused("is our own process");
  }

  @Test
  void whenMemoryIsNoLongerShortNothingIsDone() {
    PreparedAction prepared = prepare(leaking(APP));
    available(900_000);
    assertThat(done(prepared).result()).isEqualTo(Result.REFUSED);
    assertThat(systemd.restarted()).isEmpty();
  }

  @Test
  void withoutSystemdAndWithoutControlGroupsThereIsNothingToDo() {
    systemd.availability(new FakeSystemd(world.host.time()).availability());
    assertThat(new FreeMemory.Provider().create(world.host).unavailable()).isEmpty();
    systemd.availability(
        new dev.healing.spi.Systemd.Availability(false, false, "no systemd: not booted"));
    assertThat(new FreeMemory.Provider().create(world.host).unavailable().orElseThrow())
        .contains("no systemd", "memory.reclaim");
  }

  @Test
  void memoryCanBeReclaimedWhereOnlyOneServiceHasTheController() {
    assertThat(Reclaim.possible(world.host)).isFalse();
    world.host.files().write("/sys/fs/cgroup/system.slice/a.service/memory.reclaim", "");
    assertThat(Reclaim.possible(world.host)).isTrue();
  }
}
