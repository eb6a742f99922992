package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetectorsTest {
  private static final Metric DATA = Metric.of(Metric.FILESYSTEM_USED, "/data");
  private static final Metric SCRATCH = Metric.of(Metric.FILESYSTEM_USED, "/scratch");
  private static final Metric VAR_INODES = Metric.of(Metric.FILESYSTEM_INODES_USED, "/var");

  private static Detector make(DetectorProvider provider, Map<String, ?> plain) {
    Configuration section = Configuration.of(plain);
    Detector detector = provider.create(new TestHost().withConfiguration(section));
    assertThat(section.problems()).isEmpty();
    return detector;
  }

  private static List<String> problems(DetectorProvider provider, Map<String, ?> plain) {
    Configuration section = Configuration.of(plain);
    provider.create(new TestHost().withConfiguration(section));
    return section.problems();
  }

  private static Detection repeat(Detector detector, int times, HostState state) {
    Detection last = Detection.NOTHING;
    for (int i = 0; i < times; i++) {
      last = detector.detect(state);
    }
    return last;
  }

  private static HostState memory(double used) {
    return HostStates.now()
        .sample(Metric.MEMORY_USED, used)
        .sample(Metric.MEMORY_AVAILABLE, 1 << 30)
        .build();
  }

  @Test
  void allAreFoundUnderTheirNames() {
    assertThat(ServiceLoader.load(DetectorProvider.class))
        .extracting(DetectorProvider::name)
        .contains(
            "memory_high",
            "disk_full",
            "cpu_high",
            "service_failed",
            "service_flapping",
            "out_of_memory",
            "swap_storm",
            "limit_near",
            "filesystem_fault",
            "link_down",
            "system_slow",
            "generation_broken",
            "generation_unmarked");
  }

  @Test
  void highMemoryIsReportedWithItsNumbers() {
    Detector detector = make(new MemoryHigh.Provider(), Map.of());
    assertThat(repeat(detector, 2, memory(0.912)).issues()).isEmpty();
    Issue issue = detector.detect(memory(0.912)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("memory");
    assertThat(issue.description()).isEqualTo("91.2% of memory is in use; 1.0 GiB available");
    assertThat(issue.metrics())
        .containsEntry("memory.used.fraction", 0.912)
        .containsEntry("clears.below.fraction{memory}", 0.85);
    assertThat(repeat(detector, 5, memory(0.97)).issues().get(0).severity())
        .isEqualTo(Severity.CRITICAL);
    assertThat(detector.detect(memory(0.86)).issues()).hasSize(1);
    assertThat(detector.detect(memory(0.8))).isEqualTo(Detection.NOTHING);
  }

  @Test
  void memoryThatCannotBeReadAnyMoreIsUnreadableAndNotGone() {
    Detector detector = make(new MemoryHigh.Provider(), Map.of("for", "1 of 1"));
    detector.detect(memory(0.99));
    Detection blind = detector.detect(HostStates.now().build());
    assertThat(blind.issues()).isEmpty();
    assertThat(blind.unreadable()).extracting(Unreadable::what).containsExactly("memory");
  }

  @Test
  void whatWasHighBeforeAReloadIsUnreadableAndNotGone() {
    HostStates full = HostStates.now().sample(DATA, 0.99).sample(Metric.CPU_BUSY, 1).health(10);
    Map<DetectorProvider, String> components =
        Map.of(
            new MemoryHigh.Provider(), "memory",
            new DiskFull.Provider(), "/data",
            new CpuHigh.Provider(), "cpu",
            new SystemSlow.Provider(), "host");
    HostState state = full.sample(Metric.MEMORY_USED, 0.99).build();
    components.forEach(
        (provider, component) -> {
          Detection first = make(provider, Map.of()).detect(state);
          assertThat(first.issues()).isEmpty();
          assertThat(first.unreadable())
              .singleElement()
              .satisfies(u -> assertThat(u.what()).isEqualTo(component))
              .satisfies(u -> assertThat(u.why()).contains("too early to tell: 1 of "));
        });
  }

  @Test
  void whatTakesTwoLooksToMeasureIsUnreadableInTheFirst() {
    Detection first =
        make(new CpuHigh.Provider(), Map.of())
            .detect(HostStates.now().sample(Metric.MEMORY_USED, 0.5).build());
    assertThat(first.unreadable()).extracting(Unreadable::what).containsExactly("cpu");
  }

  @Test
  void oneKeyIsEnoughAndContradictionsAreRefused() {
    DetectorProvider memory = new MemoryHigh.Provider();
    assertThat(problems(memory, Map.of("high", "80%"))).isEmpty();
    assertThat(problems(memory, Map.of("high", "97%"))).isEmpty();
    assertThat(problems(memory, Map.of("high", "90%", "clear", "90%"))).hasSize(1);
    assertThat(problems(memory, Map.of("high", "96%", "critical", "95%"))).hasSize(1);
    assertThat(problems(new CpuHigh.Provider(), Map.of("critical", "95%"))).hasSize(1);
    assertThat(problems(new SystemSlow.Provider(), Map.of("low", 50, "clear", 40))).hasSize(1);
    assertThat(problems(new GenerationBroken.Provider(), Map.of("window", "0s"))).hasSize(1);
    assertThat(
            problems(
                new DiskFull.Provider(),
                Map.of("mounts", Map.of("/x", Map.of("high", "90%", "clear", "95%")))))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "/data/"})
  void aNameThatNoMountPointHasIsAMistake(String name) {
    assertThat(problems(new DiskFull.Provider(), Map.of("mounts", Map.of(name, "off"))))
        .singleElement()
        .asString()
        .contains("mounts." + name, "a mount point, such as /data");
  }

  @Test
  void eachMountHasItsOwnLevelsAndMayBeOff() {
    Map<String, ?> mounts =
        Map.of("/scratch", "off", "/data", Map.of("high", "98%"), "/var", Map.of("clear", "70%"));
    Detector detector = make(new DiskFull.Provider(), Map.of("mounts", mounts));
    HostState state =
        HostStates.now()
            .sample(DATA, 0.96)
            .sample(SCRATCH, 1)
            .sample(Metric.of(Metric.FILESYSTEM_USED, "/var"), 0.3)
            .sample(VAR_INODES, 0.99)
            .build();
    Detection detection = repeat(detector, 3, state);
    assertThat(detection.issues()).hasSize(1);
    Issue issue = detection.issues().get(0);
    assertThat(issue.components()).containsExactly("/var");
    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.description()).isEqualTo("/var: 99% of its inodes are in use");
    assertThat(issue.metrics())
        .containsEntry("filesystem.inodes.used.fraction{/var}", 0.99)
        .containsEntry("filesystem.used.fraction{/var}", 0.3)
        .containsEntry("clears.below.fraction{/var}", 0.7);
  }

  @Test
  void inodesThatWereNotMeasuredAnewAreUnreadableAndNeitherThereNorGone() {
    Detector detector = make(new DiskFull.Provider(), Map.of());
    Instant at = VirtualTime.START;
    for (int look = 0; look < 3; look++) {
      at = at.plusSeconds(1);
      detector.detect(inodes(at, at, 0.99));
    }
    Detection old = detector.detect(inodes(at.plusSeconds(1), at, 0.99));
    assertThat(old.issues()).isEmpty();
    assertThat(old.unreadable())
        .containsExactly(new Unreadable("/var", "not measured anew since " + at));
    assertThat(detector.detect(inodes(at.plusSeconds(2), at.plusSeconds(2), 0.99)).issues())
        .hasSize(1);
    assertThat(detector.detect(inodes(at.plusSeconds(3), at.plusSeconds(3), 0.5)))
        .isEqualTo(Detection.NOTHING);
  }

  private static HostState inodes(Instant look, Instant measuredAt, double used) {
    return HostStates.at(look)
        .sample(Metric.of(Metric.FILESYSTEM_USED, "/var"), 0.3)
        .sample(VAR_INODES, used, measuredAt)
        .build();
  }

  @Test
  void aFileSystemThatCannotBeReadStaysButOneThatWasUnmountedGoes() {
    Detector detector = make(new DiskFull.Provider(), Map.of());
    HostStates other = HostStates.now().sample(Metric.of(Metric.FILESYSTEM_USED, "/"), 0.1);
    repeat(detector, 3, HostStates.now().sample(DATA, 0.99).build());
    HostState broken =
        HostStates.now()
            .sample(Metric.of(Metric.FILESYSTEM_USED, "/"), 0.1)
            .unreadable("/data", "Input/output error")
            .build();
    assertThat(repeat(detector, 10, broken).unreadable())
        .containsExactly(new Unreadable("/data", "Input/output error"));
    assertThat(detector.detect(other.build())).isEqualTo(Detection.NOTHING);
  }

  @Test
  void aBurstOfWorkIsNoIssue() {
    Detector detector = make(new CpuHigh.Provider(), Map.of());
    HostState busy = HostStates.now().sample(Metric.CPU_BUSY, 1).build();
    detector.detect(HostStates.now().sample(Metric.CPU_BUSY, 0.3).build());
    assertThat(repeat(detector, 24, busy)).isEqualTo(Detection.NOTHING);
    assertThat(detector.detect(busy).issues().get(0).severity()).isEqualTo(Severity.HIGH);
  }

  @Test
  void lowHealthIsSlow() {
    Detector detector = make(new SystemSlow.Provider(), Map.of());
    assertThat(repeat(detector, 5, HostStates.now().health(50).build()).issues()).isEmpty();
    Issue issue = repeat(detector, 3, HostStates.now().health(49).build()).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("host");
    assertThat(detector.detect(HostStates.now().health(60).build()).issues()).hasSize(1);
    assertThat(detector.detect(HostStates.now().health(61).build()).issues()).isEmpty();
  }

  @Test
  void aFailedServiceIsReportedAtOnceUnlessIgnored() {
    Detector detector =
        make(new ServiceFailed.Provider(), Map.of("ignore", List.of("backup@*.service")));
    HostState state =
        HostStates.now()
            .service("nginx.service", true)
            .service("backup@home.service", true)
            .service("sshd.service", false)
            .build();
    Detection detection = detector.detect(state);
    assertThat(detection.issues()).hasSize(1);
    assertThat(detection.issues().get(0).components()).containsExactly("nginx.service");
    assertThat(detection.issues().get(0).description())
        .startsWith("nginx.service has failed: exit-code");
    Detection blind = detector.detect(HostStates.now().unreadable("systemd", "it hangs").build());
    assertThat(blind.issues()).isEmpty();
    assertThat(blind.unreadable())
        .containsExactly(
            new Unreadable("systemd", "it hangs"), new Unreadable("nginx.service", "it hangs"));
  }

  /** The daemon beside it would heal it first, and the drill would have nothing left to show. */
  @Test
  void theSacrificeOfADrillIsNoticedByWhoDrillsOnly() {
    Detector detector = make(new ServiceFailed.Provider(), Map.of());
    String ours = "healing-drill-" + FakeProcesses.OURSELVES + ".service";
    HostState state =
        HostStates.now()
            .service("healing-drill-5.service", true)
            .service(ours, true)
            .service("healing-drill-hall.service", true)
            .build();
    assertThat(detector.detect(state).issues())
        .flatExtracting(Issue::components)
        .containsExactlyInAnyOrder(ours, "healing-drill-hall.service");
  }

  /** A new process does not know that it had failed before, and its start may never end. */
  @Test
  void whatIsOnItsWaySinceBeforeTheFirstLookIsNeitherFailedNorWell() {
    Detector detector = make(new ServiceFailed.Provider(), Map.of());
    assertThat(detector.detect(HostStates.now().build())).isEqualTo(Detection.NOTHING);
    Detection first =
        detector.detect(
            HostStates.now()
                .health(100)
                .unit(unit("slow.service", "activating", "notify"))
                .unit(unit("backup.service", "activating", "oneshot"))
                .unit(unit("web.service", "active", "simple"))
                .build());
    assertThat(first.issues()).isEmpty();
    assertThat(first.unreadable())
        .containsExactly(
            new Unreadable("slow.service", "is activating since before the first look"));
    HostState up =
        HostStates.now()
            .unit(unit("slow.service", "active", "notify"))
            .unit(unit("web.service", "activating", "simple"))
            .build();
    assertThat(detector.detect(up)).isEqualTo(Detection.NOTHING);
    assertThat(detector.detect(up)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatWasSeenBeforeAReloadIsKnownAfterIt() {
    TestHost host = new TestHost();
    HostState well =
        HostStates.now()
            .health(100)
            .service("web.service", true)
            .service("db.service", true)
            .build();
    new ServiceFailed.Provider().create(host).detect(well);
    HostState starts =
        HostStates.now()
            .health(100)
            .unit(unit("web.service", "activating", "notify"))
            .unit(unit("db.service", "activating", "notify"))
            .unit(unit("slow.service", "activating", "notify"))
            .build();
    Configuration section = Configuration.of(Map.of("ignore", List.of("db")));
    Detector reloaded = new ServiceFailed.Provider().create(host.withConfiguration(section));
    assertThat(reloaded.detect(starts).unreadable())
        .as("neither what is ignored by now, nor what began after the first look")
        .containsExactly(new Unreadable("web.service", "had failed and is activating"));
  }

  /** A service manager is told that the daemon is up when it has looked for the first time. */
  @Test
  void ourOwnServiceIsNotStartingForAnyonesConcern() {
    TestHost host = new TestHost();
    host.processes()
        .add(
            FakeProcesses.process(
                FakeProcesses.OURSELVES, "java", "system.slice", "healing.service"));
    HostState starting =
        HostStates.now().health(100).unit(unit("healing.service", "activating", "notify")).build();
    assertThat(new ServiceFailed.Provider().create(host).detect(starting))
        .isEqualTo(Detection.NOTHING);
  }

  private static UnitState unit(String name, String state, String type) {
    return new UnitState(
        name,
        "loaded",
        state,
        "",
        "success",
        type,
        OptionalLong.empty(),
        "0",
        Optional.empty(),
        Set.of());
  }
}
