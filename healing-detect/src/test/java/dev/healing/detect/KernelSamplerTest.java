package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.DetectorProvider;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sampler of the kernel's counts, with the detectors that live on it. */
class KernelSamplerTest {
  private static final Metric HANDLES = Metric.of(KernelLimits.USED, "file_handles");
  private static final Metric TASKS = Metric.of(KernelLimits.USED, "tasks");
  private static final Metric CONNTRACK = Metric.of(KernelLimits.USED, "conntrack");
  private static final Metric APP = Metric.of(KernelLimits.USED, "app.service");
  private static final Metric STALLED = Metric.of(Metric.PRESSURE_SOME, "memory");

  @TempDir Path root;
  private TestHost host;

  @BeforeEach
  void copyACapturedHost() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
  }

  private Looks looks(DetectorProvider detector) {
    return new Looks(
        host, new KernelSampler.Provider().create(host), detector.create(new TestHost()));
  }

  private static final Duration SECOND = Duration.ofSeconds(1);

  private Detection later(Looks looks, Duration time) {
    host.time().advance(time);
    return looks.again();
  }

  @Test
  void readsACapturedHost() {
    host.files().write("/proc/sys/net/netfilter/nf_conntrack_count", "262144\n");
    Looks looks = looks(new LimitNear.Provider());
    looks.again();
    later(looks, SECOND);
    assertThat(later(looks, SECOND).issues())
        .extracting(Issue::description)
        .containsExactly("100% of the tracked connections (net.netfilter.nf_conntrack_max)");
    assertThat(looks.reading().unreadable()).isEmpty();
    assertThat(looks.values())
        .containsOnlyKeys(
            KernelSampler.OOM_KILLS, KernelSampler.SWAP_TRAFFIC, HANDLES, TASKS, CONNTRACK)
        .containsEntry(HANDLES, 293.0 / 2466174)
        .containsEntry(TASKS, 97.0 / 32768)
        .containsEntry(CONNTRACK, 1.0);
  }

  @Test
  void whatAHostDoesNotHaveIsSilent() throws Exception {
    TestHost bare = new TestHost(root.resolve("bare"));
    bare.files().write("/proc/vmstat", "nr_free_pages 1\n");
    bare.files().write("/proc/sys/fs/file-nr", "1216\t0\t9223372036854775807\n");
    for (DetectorProvider provider :
        new DetectorProvider[] {
          new LimitNear.Provider(), new OutOfMemory.Provider(), new SwapStorm.Provider()
        }) {
      Looks looks =
          new Looks(bare, new KernelSampler.Provider().create(bare), provider.create(bare));
      for (int i = 0; i < 100; i++) {
        bare.time().advance(SECOND);
        assertThat(looks.again()).isEqualTo(Detection.NOTHING);
        assertThat(looks.reading().samples()).isEmpty();
        assertThat(looks.reading().unreadable()).isEmpty();
      }
    }
  }

  @Test
  void filesThatRunOutAreReportedAndMeasuredAtEveryLook() {
    Looks looks = looks(new LimitNear.Provider());
    handles(70);
    looks.again();
    for (int look = 0; look < 2; look++) {
      handles(90);
      assertThat(later(looks, SECOND).issues()).isEmpty();
    }
    Issue issue = later(looks, SECOND).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("file_handles");
    assertThat(issue.description()).isEqualTo("90% of the open files of the host (fs.file-max)");
    host.files().unreadable("/proc/sys/fs/file-nr");
    for (int look = 0; look < 10; look++) {
      assertThat(later(looks, SECOND).unreadable())
          .containsExactly(
              new Unreadable("file_handles", "/proc/sys/fs/file-nr: Permission denied"));
    }
    assertThat(looks.values()).doesNotContainKey(HANDLES).containsKey(TASKS);
  }

  private void handles(int percent) {
    host.files().write("/proc/sys/fs/file-nr", percent + "\t0\t100\n");
  }

  @Test
  void whatIsFarFromItsLimitIsMeasuredSeldom() {
    Looks looks = looks(new LimitNear.Provider());
    handles(10);
    looks.again();
    handles(80);
    later(looks, Duration.ofSeconds(9));
    assertThat(looks.values()).containsEntry(HANDLES, 0.1);
    later(looks, SECOND);
    assertThat(looks.values()).containsEntry(HANDLES, 0.8);
    handles(20);
    later(looks, SECOND);
    assertThat(looks.values()).containsEntry(HANDLES, 0.2);
  }

  @Test
  void whomTheKernelKilledElsewhereIsNoProblemOfAContainer() {
    String events = "low 0\nhigh 0\nmax 7\noom 1\noom_kill %d\noom_group_kill 0\n";
    host.files().write("/sys/fs/cgroup/memory.current", "1000000\n");
    host.files().write("/sys/fs/cgroup/memory.events", events.formatted(4));
    Looks looks = looks(new OutOfMemory.Provider());
    looks.again();
    host.files().write("/proc/vmstat", "pswpin 0\npswpout 0\noom_kill 900\n");
    assertThat(later(looks, Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
    host.files().write("/sys/fs/cgroup/memory.events", events.formatted(6));
    assertThat(later(looks, Duration.ofMinutes(1)).issues())
        .singleElement()
        .satisfies(i -> assertThat(i.description()).startsWith("the kernel killed 2 processes"));
  }

  /** Since Linux 6.14 it may have a limit of its own; what is counted is the whole host's. */
  @Test
  void whatAllOfTheHostHaveIsNotHeldAgainstTheLimitOfAContainer() throws Exception {
    host.files().write("/proc/sys/kernel/pid_max", "310\n");
    host.files().write("/proc/loadavg", "0.1 0.1 0.1 1/509 3\n");
    Path namespace = root.resolve("proc/self/ns/pid");
    Files.createDirectories(namespace.getParent());
    for (String seen : new String[] {"pid:[4026532207]", "pid:[4026531836]"}) {
      Files.deleteIfExists(namespace);
      Files.createSymbolicLink(namespace, Path.of(seen));
      Looks looks = looks(new LimitNear.Provider());
      looks.again();
      later(looks, SECOND);
      assertThat(later(looks, SECOND).issues()).hasSize(seen.endsWith("836]") ? 1 : 0);
    }
  }

  @Test
  void aContainerThatHasNearlyAllTasksThatItMayIsReported() {
    for (String group : new String[] {"/sys/fs/cgroup", "/sys/fs/cgroup/pids"}) {
      host.files().write(group + "/pids.max", "100\n").write(group + "/pids.current", "90\n");
      Looks looks = looks(new LimitNear.Provider());
      looks.again();
      later(looks, SECOND);
      assertThat(later(looks, SECOND).issues())
          .extracting(Issue::description)
          .containsExactly("90% of the processes and threads of this container (pids.max)");
      host.files().write(group + "/pids.max", "max\n");
      assertThat(looks(new LimitNear.Provider()).again()).isEqualTo(Detection.NOTHING);
    }
  }

  @Test
  void tasksOfAServiceAreMeasuredUntilItHasEnded() throws Exception {
    for (String version : new String[] {"", "/pids"}) {
      copyACapturedHost();
      Looks looks = looks(new LimitNear.Provider());
      String group = "/sys/fs/cgroup" + version + "/system.slice/app.service";
      host.files().write(group + "/pids.max", "100\n").write(group + "/pids.current", "97\n");
      host.files().write(group.replace("app", "calm") + "/pids.max", "max\n");
      host.files().write(group.replace("app", "calm") + "/pids.current", "4000\n");
      looks.again();
      later(looks, SECOND);
      Issue issue = later(looks, SECOND).issues().get(0);
      assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
      assertThat(issue.description())
          .isEqualTo("97% of the processes and threads of app.service (TasksMax)");
      host.files().write(group + "/pids.current", "20\n");
      assertThat(later(looks, SECOND)).isEqualTo(Detection.NOTHING);
      assertThat(looks.values()).containsEntry(APP, 0.2);
      host.files().write(group + "/pids.current", "99\n");
      for (int look = 0; look < 3; look++) {
        later(looks, SECOND);
      }
      Files.delete(host.files().path(group + "/pids.current"));
      assertThat(later(looks, SECOND).unreadable()).hasSize(1);
      for (int look = 0; look < 5; look++) {
        later(looks, SECOND);
      }
      assertThat(looks.again()).isEqualTo(Detection.NOTHING);
      assertThat(looks.values()).doesNotContainKey(APP);
    }
  }

  @Test
  void whomTheKernelKilledIsTold() {
    host.commands().succeeds(Hosts.text("vm", "dmesg"), "dmesg");
    Looks looks = looks(new OutOfMemory.Provider());
    vmstat("oom_kill 4");
    assertThat(looks.again()).isEqualTo(Detection.NOTHING);
    assertThat(later(looks, SECOND)).isEqualTo(Detection.NOTHING);
    assertThat(host.commands().calls()).isEmpty();
    vmstat("oom_kill 5");
    assertThat(later(looks, SECOND).issues()).hasSize(1);
    Issue issue = later(looks, SECOND).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.description())
        .isEqualTo(
            "the kernel killed 1 process for want of memory in the last 10 min: app.service");
    assertThat(host.commands().calls()).hasSize(1);
    assertThat(later(looks, Duration.ofMinutes(9)).issues()).hasSize(1);
    assertThat(later(looks, Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
    Metric victim = Metric.of(OomVictims.KILLED, "app.service");
    assertThat(looks.values()).containsEntry(victim, 1.0);
    later(looks, Duration.ofDays(1));
    assertThat(looks.values()).doesNotContainKey(victim).containsKey(KernelSampler.OOM_KILLS);
  }

  @Test
  void withoutTheLogOfTheKernelNobodyIsNamed() {
    host.commands().fails(1, "dmesg: read kernel buffer failed", "dmesg");
    Looks looks = looks(new OutOfMemory.Provider());
    looks.again();
    vmstat("oom_kill 2");
    later(looks, SECOND);
    assertThat(later(looks, SECOND).issues().get(0).description())
        .isEqualTo("the kernel killed 2 processes for want of memory in the last 10 min");
  }

  private void vmstat(String lines) {
    host.files().write("/proc/vmstat", "nr_free_pages 1\n" + lines + "\n");
  }

  private Detection storm(Looks looks, long pages, double stalled) {
    host.time().advance(SECOND);
    vmstat("pswpin " + pages / 2 + "\npswpout " + pages / 2);
    return looks.again(HostStates.at(host.time().now()).sample(STALLED, stalled));
  }

  @Test
  void swappingIsAStormOnlyIfSomethingWaitsForIt() {
    Looks looks = looks(new SwapStorm.Provider());
    long pages = 0;
    for (int look = 0; look < 20; look++) {
      pages += 2000;
      assertThat(storm(looks, pages, 0.05).issues()).isEmpty();
    }
    Issue issue = storm(looks, pages += 3000, 0.4).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.description())
        .isEqualTo(
            "3000 pages a second go to swap and back; something waited for memory 40% of the time");
    assertThat(storm(looks, pages += 1500, 0.06).issues()).as("half of both").hasSize(1);
    assertThat(storm(looks, pages + 900, 0.06)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void withoutPressureMemoryThatIsFullTells() {
    Looks looks = looks(new SwapStorm.Provider());
    for (int look = 1; look < 10; look++) {
      host.time().advance(SECOND);
      vmstat("pswpin " + look * 3000 + "\npswpout 0");
      HostStates now = HostStates.at(host.time().now()).sample(Metric.MEMORY_USED, 0.95);
      assertThat(looks.again(now).issues()).hasSize(look < 6 ? 0 : 1);
    }
    host.files().unreadable("/proc/vmstat");
    host.time().advance(SECOND);
    assertThat(looks.again().unreadable())
        .containsExactly(new Unreadable("swap", "/proc/vmstat: Permission denied"));
  }

  @Test
  void aServiceWhoseTasksCannotBeReadIsNotFarFromItsLimit() throws Exception {
    Looks looks = looks(new LimitNear.Provider());
    String slices = "/sys/fs/cgroup/system.slice";
    String group = slices + "/app.service";
    host.files().write(group + "/pids.max", "100\n").write(group + "/pids.current", "97\n");
    looks.again();
    later(looks, SECOND);
    assertThat(later(looks, SECOND).issues()).hasSize(1);
    Path all = root.resolve("sys/fs/cgroup");
    Files.move(all, root.resolve("away"));
    for (int look = 0; look < 10; look++) {
      assertThat(later(looks, Duration.ofSeconds(13)).unreadable())
          .as("look %d, which lists them or not", look)
          .containsExactly(new Unreadable("app.service", "/sys/fs/cgroup is not there"));
    }
    Files.move(root.resolve("away"), all);
    assertThat(later(looks, SECOND).issues()).hasSize(1);
    host.files().unreadable(group + "/pids.current");
    for (int look = 0; look < 10; look++) {
      Detection blind = later(looks, Duration.ofSeconds(13));
      assertThat(blind.issues()).isEmpty();
      assertThat(blind.unreadable())
          .containsExactly(
              new Unreadable("app.service", group + "/pids.current: Permission denied"));
    }
  }
}
