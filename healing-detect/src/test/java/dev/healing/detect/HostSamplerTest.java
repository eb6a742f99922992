package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostFiles.Space;
import dev.healing.spi.Sampler;
import dev.healing.spi.Systemd;
import dev.healing.spi.Systemd.Availability;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSamplerTest {
  private static final Metric ROOT_INODES = Metric.of(Metric.FILESYSTEM_INODES_USED, "/");

  @TempDir Path root;
  private TestHost host;
  private Sampler sampler;

  @BeforeEach
  void copyACapturedHost() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    host.commands().succeeds("1000 600 /\n", "stat", "-f", "-c", "%c %d %n", "--", "/");
    sampler = new HostSampler.Provider().create(host);
  }

  @Test
  void readsEverythingOfACapturedHost() {
    Reading reading = sampler.read();
    assertThat(reading.unreadable()).isEmpty();
    assertThat(values(reading))
        .containsKeys(
            Metric.MEMORY_USED,
            Metric.MEMORY_AVAILABLE,
            Metric.LOAD,
            Metric.of(Metric.FILESYSTEM_USED, "/"),
            Metric.of(Metric.FILESYSTEM_AVAILABLE, "/"),
            Metric.of(Metric.PRESSURE_SOME, "memory"),
            Metric.of(Metric.PRESSURE_FULL, "io"))
        .containsEntry(Metric.HEALTH, 100.0)
        .doesNotContainKeys(Metric.SWAP_USED, Metric.CPU_BUSY, ROOT_INODES);
  }

  @Test
  void measuresProcessorsBetweenReadsAndInodesInTheBackground() {
    host.files().write("/proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 1\ncpu1 1\nintr 1\n");
    sampler.read();
    host.time().advance(Duration.ofSeconds(1));
    host.files().write("/proc/stat", "cpu  160 0 0 940 0 0 0 0 0 0\ncpu0 1\ncpu1 1\nintr 1\n");
    Map<Metric, Double> second = values(sampler.read());
    assertThat(second).containsEntry(Metric.CPU_BUSY, 0.6).containsEntry(ROOT_INODES, 0.4);
    host.files().write("/proc/stat", "cpu  161 0 0 940 0 0 0 0 0 0\ncpu0 1\ncpu1 1\nintr 1\n");
    assertThat(values(sampler.read())).containsEntry(Metric.CPU_BUSY, 0.6);
    assertThat(host.commands().calls()).hasSize(1);
    host.time().advance(Duration.ofSeconds(61));
    sampler.read();
    host.time().advance(Duration.ofSeconds(1));
    assertThat(host.commands().calls()).hasSize(2);
  }

  @Test
  void inodesThatBecomeScarceAreMeasuredAtEveryLook() {
    inodesFree(100);
    sampler.read();
    host.time().advance(Duration.ofSeconds(1));
    for (int free = 90; free > 50; free -= 10) {
      inodesFree(free);
      Reading look = sampler.read();
      assertThat(values(look)).containsEntry(ROOT_INODES, (1000 - free) / 1000.0);
      assertThat(look.samples())
          .filteredOn(sample -> sample.metric().equals(ROOT_INODES))
          .allSatisfy(sample -> assertThat(sample.at()).isEqualTo(host.time().now()));
      host.time().advance(Duration.ofSeconds(1));
    }
    inodesFree(800);
    assertThat(values(sampler.read())).as("right after").containsEntry(ROOT_INODES, 0.2);
    int calls = host.commands().calls().size();
    host.time().advance(Duration.ofSeconds(1));
    sampler.read();
    assertThat(host.commands().calls()).hasSize(calls);
  }

  private void inodesFree(int ofAThousand) {
    host.commands()
        .succeeds("1000 " + ofAThousand + " /\n", "stat", "-f", "-c", "%c %d %n", "--", "/");
  }

  @Test
  void namesWhatItCannotRead() {
    host.files().unreadable("/proc/meminfo").unreadable("/proc/pressure/io").unreadable("/");
    host.files().write("/proc/stat", "cpu 1 2");
    host.systemd().availability(new Availability(false, false, "no systemd: PID 1 is sh"));
    Reading reading = sampler.read();
    assertThat(reading.unreadable())
        .extracting(Unreadable::what)
        .contains(
            Metric.MEMORY_USED.toString(),
            Metric.CPU_BUSY.toString(),
            Metric.HEALTH.toString(),
            "/",
            "systemd",
            "pressure.some.fraction{io}");
    assertThat(values(reading))
        .doesNotContainKeys(Metric.MEMORY_USED, Metric.HEALTH, Metric.CPU_BUSY);
  }

  @Test
  void aKernelWithoutPressureIsNoUnreadableOne() throws Exception {
    for (String resource : List.of("cpu", "memory", "io")) {
      Files.delete(host.files().path("/proc/pressure/" + resource));
    }
    Reading reading = sampler.read();
    assertThat(reading.unreadable()).isEmpty();
    assertThat(values(reading))
        .containsEntry(Metric.HEALTH, 100.0)
        .doesNotContainKey(Metric.of(Metric.PRESSURE_SOME, "memory"));
  }

  @Test
  void readsNothingOfAHostWithoutFiles() {
    Reading reading = new HostSampler.Provider().create(new TestHost()).read();
    assertThat(reading.samples()).isEmpty();
    assertThat(reading.unreadable()).extracting(Unreadable::what).contains(Gathered.FILESYSTEMS);
  }

  @Test
  void tellsTheGenerationWhereThereIsOne() throws Exception {
    assertThat(values(sampler.read())).doesNotContainKey(Metric.GENERATION);
    Path profiles = Files.createDirectories(root.resolve("nix/var/nix/profiles"));
    Path profile = profiles.resolve("system");
    Files.createSymbolicLink(profile, Path.of("system-42-link"));
    host.time().advance(Duration.ofMinutes(1)); // where there is none it is looked for seldom
    assertThat(values(sampler.read())).containsEntry(Metric.GENERATION, 42.0);
    Files.delete(profile);
    Files.createSymbolicLink(profile, Path.of("system-43-link"));
    assertThat(values(sampler.read())).as("at once").containsEntry(Metric.GENERATION, 43.0);
    Files.delete(profile);
    Files.createSymbolicLink(profile, Path.of("elsewhere"));
    Reading broken = sampler.read();
    assertThat(values(broken)).doesNotContainKey(Metric.GENERATION).containsKey(Metric.HEALTH);
    assertThat(broken.unreadable())
        .extracting(Unreadable::what)
        .containsExactly("generation.number");
  }

  @Test
  void reportsFailedUnits() {
    host.systemd().service("nginx.service").fail("nginx.service");
    Reading reading = sampler.read();
    assertThat(reading.units()).extracting(UnitState::name).containsExactly("nginx.service");
    assertThat(values(reading).get(Metric.HEALTH)).isBetween(90.0, 99.0);
  }

  @Test
  void asksWhatMayHangInTheBackgroundOnlyIfConfigured() {
    host.files()
        .write(
            "/proc/self/mountinfo",
            "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n33 21 0:50 / /home rw - nfs4 s:/home rw\n");
    Configuration section = Configuration.of(Map.of("mounts", List.of("/home", "/gone")));
    Sampler configured = new HostSampler.Provider().create(host.withConfiguration(section));
    assertThat(section.problems()).isEmpty();
    Metric home = Metric.of(Metric.FILESYSTEM_USED, "/home");
    Reading first = configured.read();
    assertThat(values(first)).doesNotContainKey(home);
    assertThat(first.unreadable()).extracting(Unreadable::what).contains("/gone");
    host.time().advance(Duration.ofSeconds(1));
    assertThat(values(configured.read())).containsKey(home);
    assertThat(values(sampler.read())).doesNotContainKey(home);

    host.files().space("/home", new Space(100, 10, 10));
    assertThat(values(configured.read()))
        .as("half of it was in use: asked at every look")
        .containsEntry(home, 0.9);
  }

  private static Map<Metric, Double> values(Reading reading) {
    Map<Metric, Double> values = new java.util.TreeMap<>();
    reading.samples().forEach((Sample s) -> values.put(s.metric(), s.value()));
    return values;
  }

  /** The detector and the sampler together: what had failed is over when it is up, not before. */
  @Test
  void aServiceOnItsWayUpIsNotWellYet() {
    dev.healing.spi.Detector detector = new ServiceFailed.Provider().create(host);
    host.systemd().service("slow.service").fail("slow.service");
    assertThat(detect(detector).issues()).hasSize(1);
    host.systemd()
        .whenRestarted(
            "slow.service",
            dev.healing.testkit.FakeSystemd.Restart.comesBackAfter(java.time.Duration.ofHours(1)));
    host.systemd().restart("slow.service");
    for (int i = 0; i < 3; i++) {
      assertThat(detect(detector).issues()).isEmpty();
      assertThat(detect(detector).unreadable())
          .extracting(dev.healing.api.Unreadable::what)
          .containsExactly("slow.service");
    }
    // A look of which the sampler's part is missing tells nothing.
    detector.detect(dev.healing.testkit.HostStates.at(host.time().now()).build());
    assertThat(detect(detector).unreadable()).hasSize(1);
    host.time().advance(java.time.Duration.ofMinutes(6));
    assertThat(detect(detector).issues())
        .singleElement()
        .satisfies(i -> assertThat(i.description()).contains("activating without an end"));
    host.time().advance(java.time.Duration.ofHours(1));
    assertThat(detect(detector)).isEqualTo(dev.healing.api.Detection.NOTHING);
  }

  /** Another process had it restarted, and was ended; this one does not know that it failed. */
  @Test
  void aServiceOnItsWayAtTheFirstLookIsNotWellYetEither() {
    dev.healing.spi.Detector detector = new ServiceFailed.Provider().create(host);
    host.systemd().service("slow.service").fail("slow.service");
    host.systemd()
        .whenRestarted(
            "slow.service",
            dev.healing.testkit.FakeSystemd.Restart.comesBackAfter(java.time.Duration.ofHours(1)));
    host.systemd().restart("slow.service");
    host.systemd().queue(new Systemd.Job(1, "slow.service", "start", true));
    for (int i = 0; i < 3; i++) {
      host.time().advance(java.time.Duration.ofMinutes(6));
      assertThat(detect(detector).issues()).isEmpty();
      assertThat(detect(detector).unreadable())
          .containsExactly(
              new dev.healing.api.Unreadable(
                  "slow.service", "is activating since before the first look"));
    }
    host.time().advance(java.time.Duration.ofHours(1));
    assertThat(detect(detector)).isEqualTo(dev.healing.api.Detection.NOTHING);
  }

  private dev.healing.api.Detection detect(dev.healing.spi.Detector detector) {
    Reading reading = sampler.read();
    dev.healing.testkit.HostStates state =
        dev.healing.testkit.HostStates.at(host.time().now()).health(80);
    reading.units().forEach(state::unit);
    return detector.detect(state.build());
  }
}
