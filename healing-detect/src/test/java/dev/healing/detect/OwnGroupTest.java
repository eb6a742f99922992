package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Unreadable;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostMemory;
import dev.healing.spi.OwnGroup;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory, swap and pressure of whoever has a control group of their own, and of who has not. */
class OwnGroupTest {
  private static final String ROOT = "/sys/fs/cgroup";
  private static final Metric STALLED = Metric.of(Metric.PRESSURE_SOME, "memory");
  private static final Metric OWN_LIMIT = Metric.of(KernelLimits.USED, "own_memory");
  private static final long GIB = 1L << 30;

  @TempDir Path root;
  private TestHost host;

  @BeforeEach
  void aHostThatIsNearlyFull() {
    host = new TestHost(root);
    host.files()
        .write("/proc/meminfo", meminfo(64, 3))
        .write("/proc/pressure/memory", pressure(70))
        .write("/proc/vmstat", "pswpin 10\npswpout 10\noom_kill 0\n");
  }

  private static String meminfo(int gib, int available) {
    return "MemTotal: %d kB\nMemAvailable: %d kB\nSwapTotal: %d kB\nSwapFree: %d kB\n"
        .formatted(gib << 20, available << 20, 8 << 20, 1 << 20);
  }

  private static String pressure(int percent) {
    return "some avg10=%d.00 avg60=1.00 avg300=1.00 total=1\nfull avg10=1.00 avg60=1.00 avg300=1.00 total=1\n"
        .formatted(percent);
  }

  /** As the kernel writes the files of a group (Documentation/admin-guide/cgroup-v2.rst). */
  private void group(String place, String max, long used, long cached) {
    host.files()
        .write(place + "/memory.max", max + "\n")
        .write(place + "/memory.high", "max\n")
        .write(place + "/memory.current", used + cached + "\n")
        .write(
            place + "/memory.stat",
            "anon %d\nfile %d\ninactive_file %d\nactive_file 0\nslab_reclaimable 0\npswpin 0\npswpout 0\n"
                .formatted(used, cached, cached))
        .write(place + "/memory.swap.max", max + "\n")
        .write(place + "/memory.swap.current", "0\n")
        .write(place + "/memory.events", "low 0\noom_kill 0\n")
        .write(place + "/memory.pressure", pressure(2));
  }

  private Map<Metric, Double> told() {
    Map<Metric, Double> told = new TreeMap<>();
    new HostSampler.Provider()
        .create(host)
        .read()
        .samples()
        .forEach(s -> told.put(s.metric(), s.value()));
    return told;
  }

  private Detection fifth(DetectorProvider detector) {
    Looks looks =
        new Looks(host, new HostSampler.Provider().create(host), detector.create(new TestHost()));
    for (int i = 0; i < 4; i++) {
      looks.again();
      host.time().advance(Duration.ofSeconds(1));
    }
    return looks.again();
  }

  @Test
  void aCapturedContainerHasTheGibibyteThatItMay() throws Exception {
    Hosts.copy("limited", root);
    Map<Metric, Double> told = told();
    double used = 121_618_432 - 258_048;
    assertThat(told)
        .containsEntry(Metric.MEMORY_USED, used / GIB)
        .containsEntry(Metric.MEMORY_AVAILABLE, GIB - used)
        .doesNotContainKey(Metric.SWAP_USED);
    assertThat(told)
        .as("v1 tells no pressure, and the host's is not ours")
        .doesNotContainKey(STALLED);
    host.files().write(ROOT + "/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(told().get(Metric.MEMORY_USED))
        .as("without a limit")
        .isCloseTo(0.096, within(0.001));
  }

  @Test
  void aContainerIsJudgedByItsOwnLimitAndNotByItsHost() {
    group(ROOT, "" + GIB, GIB / 4, GIB / 2);
    assertThat(told())
        .containsEntry(Metric.MEMORY_USED, 0.25)
        .containsEntry(Metric.MEMORY_AVAILABLE, 0.75 * GIB)
        .containsEntry(Metric.SWAP_USED, 0.0)
        .containsEntry(STALLED, 0.02);
    assertThat(fifth(new MemoryHigh.Provider())).isEqualTo(Detection.NOTHING);
    group(ROOT, "" + GIB, GIB / 20 * 19, 0);
    host.files().write("/proc/meminfo", meminfo(64, 60));
    assertThat(fifth(new MemoryHigh.Provider()).issues())
        .extracting(Issue::description)
        .containsExactly("95% of memory is in use; 51.2 MiB available");
  }

  @Test
  void beyondHighItIsHeldBackAndThatIsItsLimit() {
    group(ROOT, "" + 4 * GIB, GIB, 0);
    host.files().write(ROOT + "/memory.high", 2 * GIB + "\n");
    assertThat(told()).containsEntry(Metric.MEMORY_USED, 0.5);
  }

  @Test
  void whereAContainerHasNoLimitItsShareOfTheHostCounts() {
    group(ROOT, "max", 16 * GIB, 0);
    host.files().write(ROOT + "/memory.swap.current", 2 * GIB + "\n");
    assertThat(told())
        .containsEntry(Metric.MEMORY_USED, 0.25)
        .containsEntry(Metric.SWAP_USED, 0.25)
        .as("no more is left than its host has")
        .containsEntry(Metric.MEMORY_AVAILABLE, 3.0 * GIB);
  }

  @Test
  void whereAContainerMayNotSwapThereIsNoSwap() {
    group(ROOT, "" + GIB, GIB / 4, 0);
    host.files().write(ROOT + "/memory.swap.max", "0\n");
    Reading reading = new HostSampler.Provider().create(host).read();
    assertThat(reading.samples()).noneMatch(s -> s.metric().equals(Metric.SWAP_USED));
    assertThat(reading.unreadable()).noneMatch(u -> u.what().equals(Metric.SWAP_USED.toString()));
  }

  @Test
  void whatCannotBeReadOrIsCutOffIsAbsentAndNotTheHosts() {
    group(ROOT, "" + GIB, GIB / 4, 0);
    host.files().write(ROOT + "/memory.stat", "inactive_file 1\nactive_file 0\nslab_reclaimable 5");
    assertThat(told()).doesNotContainKeys(Metric.MEMORY_USED, Metric.MEMORY_AVAILABLE);
    host.files().unreadable(ROOT + "/memory.max");
    assertThat(new HostSampler.Provider().create(host).read().unreadable())
        .contains(new Unreadable("memory.used.fraction", ROOT + "/memory.max: Permission denied"));
  }

  @Test
  void aContainerThatSeesTheGroupsOfItsHostFindsItsOwn() {
    group(ROOT + "/system.slice", "max", 30 * GIB, 0);
    group(ROOT + "/system.slice/docker-1.scope", "" + 2 * GIB, GIB, 0);
    group(ROOT + "/system.slice/docker-1.scope/inner", "" + GIB, GIB, 0);
    host.files()
        .write("/proc/self/cgroup", "1:name=systemd:/x\n0::/system.slice/docker-1.scope/inner\n")
        .write("/.dockerenv", "");
    assertThat(told()).containsEntry(Metric.MEMORY_USED, 0.5);
    host.files().write("/proc/self/cgroup", "0::/../docker-1.scope\n");
    assertThat(OwnGroup.of(host)).as("outside of what is seen").isEmpty();
  }

  @Test
  void onV1TheGroupOfMemoryIsTheOne() {
    String own = ROOT + "/memory/docker/1";
    host.files()
        .write("/proc/self/cgroup", "5:cpu,memory:/docker/1\n0::/init.scope\n")
        .write("/.dockerenv", "")
        .write(own + "/memory.limit_in_bytes", GIB + "\n");
    assertThat(OwnGroup.of(host)).contains(new OwnGroup(own, true));
  }

  /** A program with an engine in it that may do nothing else; and the daemon with a limit. */
  @Test
  void theLimitOfAUnitIsTheHostForWhoMayDoNothingToTheHostOnly() {
    group(ROOT + "/system.slice/app.service", "" + GIB, GIB / 10 * 9, 0);
    host.files().write("/proc/self/cgroup", "0::/system.slice/app.service\n");
    assertThat(told()).containsEntry(Metric.MEMORY_USED, 61.0 / 64).containsEntry(STALLED, 0.7);
    assertThat(ownLimit())
        .containsExactly("90% of the memory that healing itself may have (MemoryMax, MemoryHigh)");
    host.privileges(Set.of());
    assertThat(told().get(Metric.MEMORY_USED)).isCloseTo(0.9, within(1e-6));
    assertThat(told()).containsEntry(STALLED, 0.02);
    assertThat(ownLimit()).as("memory_high tells of it").isEmpty();
  }

  private List<String> ownLimit() {
    Looks looks =
        new Looks(
            host,
            new KernelSampler.Provider().create(host),
            new LimitNear.Provider().create(new TestHost()));
    for (int i = 0; i < 4; i++) {
      looks.again();
      host.time().advance(Duration.ofSeconds(1));
    }
    return looks.again().issues().stream().map(Issue::description).toList();
  }

  @Test
  void whomTheKernelKilledAndWhatItSwappedElsewhereIsNotCounted() {
    group(ROOT, "" + GIB, GIB / 4, 0);
    Looks looks =
        new Looks(
            host,
            new KernelSampler.Provider().create(host),
            new OutOfMemory.Provider().create(new TestHost()));
    looks.again();
    host.time().advance(Duration.ofMinutes(1));
    host.files().write("/proc/vmstat", "pswpin 900000\npswpout 900000\noom_kill 7\n");
    assertThat(looks.again()).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsEntry(KernelSampler.SWAP_TRAFFIC, 0.0);
    assertThat(looks.values()).doesNotContainKey(OWN_LIMIT);
  }

  @Test
  void theKillsOfAContainerOnV1AreInAnotherFile() throws Exception {
    Hosts.copy("limited", root);
    Looks looks =
        new Looks(
            host,
            new KernelSampler.Provider().create(host),
            new OutOfMemory.Provider().create(new TestHost()));
    looks.again();
    host.time().advance(Duration.ofMinutes(1));
    host.files()
        .write(
            ROOT + "/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    assertThat(looks.again().issues()).hasSize(1);
  }

  @Test
  void noMoreSwapIsAvailableThanTheHostHas() {
    group(ROOT, "" + 16 * GIB, GIB, 0);
    host.files().write(ROOT + "/memory.swap.max", 4 * GIB + "\n");
    assertThat(HostMemory.read(host).swap())
        .isEqualTo(
            new HostMemory.Store(
                OptionalLong.of(4 * GIB), OptionalLong.of(0), OptionalLong.of(GIB)));
  }
}
