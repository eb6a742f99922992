package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A laptop as the kernel documents its files: Documentation/hwmon/coretemp ("temp[X]_crit: maximum
 * junction temperature (in millidegrees C)", "temp[X]_label: contains string 'Core X' … or 'Package
 * id X'"), the nvme driver, which gives the limits that the drive says, k10temp and acpitz without
 * one, and Documentation/ABI/testing/sysfs-devices-system-cpu.
 */
class HeatTest {
  private static final String MONITORS = "/sys/class/hwmon/hwmon";
  private static final String THROTTLED = "/thermal_throttle/package_throttle_total_time_ms";
  private static final Metric PACKAGE = Metric.of(HeatSampler.CRITICAL, "coretemp.0/Package id 0");
  private static final Metric DRIVE = Metric.of(HeatSampler.CRITICAL, "nvme0/Composite");

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void aLaptop() throws IOException {
    host = new TestHost(root);
    monitor(0, "acpitz", "", "temp1_input", "27800");
    monitor(1, "coretemp", "coretemp.0", "temp1_label", "Package id 0", "temp1_crit", "100000");
    monitor(1, "coretemp", "coretemp.0", "temp1_max", "80000", "temp1_input", "85000");
    monitor(2, "nvme", "nvme0", "temp1_label", "Composite", "temp1_crit", "84850");
    monitor(2, "nvme", "nvme0", "temp1_max", "81850", "temp1_input", "42850");
    monitor(3, "k10temp", "0000:00:18.3", "temp1_max", "70000", "temp1_input", "88000");
    monitor(4, "drivetemp", "0:0:0:0", "temp1_crit", "85000", "temp1_input", "99000");
    monitor(5, "acpitz", "", "temp1_crit", "20800", "temp1_input", "27800");
    for (int cpu = 0; cpu < 2; cpu++) {
      host.files().write("/sys/devices/system/cpu/cpu" + cpu + THROTTLED, "12345\n");
      host.files()
          .write("/sys/devices/system/cpu/cpu" + cpu + "/topology/physical_package_id", "0\n");
    }
    looks = looks(host);
  }

  private static Looks looks(TestHost host) {
    return new Looks(
        host, new HeatSampler.Provider().create(host), new TooHot.Provider().create(host));
  }

  private void monitor(int number, String name, String device, String... files) throws IOException {
    host.files().write(MONITORS + number + "/name", name + "\n");
    for (int i = 0; i < files.length; i += 2) {
      host.files().write(MONITORS + number + "/" + files[i], files[i + 1] + "\n");
    }
    Path link = host.files().path(MONITORS + number + "/device");
    if (!device.isEmpty() && !Files.exists(link)) {
      Files.createDirectories(root.resolve("sys/devices/" + device));
      Files.createSymbolicLink(link, root.resolve("sys/devices/" + device));
    }
  }

  private Detection minutes(int number) {
    Detection last = Detection.NOTHING;
    for (int minute = 0; minute < number; minute++) {
      for (int second = 0; second < 60; second++) {
        host.time().advance(Duration.ofSeconds(1));
        last = looks.again();
      }
    }
    return last;
  }

  @Test
  void onlyWhatHasALimitOfItsOwnIsJudged() {
    assertThat(minutes(3)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values())
        .containsOnly(
            Map.entry(PACKAGE, 0.85),
            Map.entry(DRIVE, 42_850.0 / 84_850),
            Map.entry(Metric.of(HeatSampler.THROTTLED, "processor 0"), 0.0));
  }

  @Test
  void whatIsAtItsLimitForMinutesIsReportedUntilItHasCooledDown() throws IOException {
    minutes(2);
    monitor(2, "nvme", "nvme0", "temp1_input", "86850");
    assertThat(minutes(2).issues()).isEmpty();
    Issue issue = minutes(2).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("nvme0/Composite");
    assertThat(issue.description()).isEqualTo("nvme0/Composite is at its critical temperature");
    monitor(2, "nvme", "nvme0", "temp1_input", "82850");
    assertThat(minutes(5).issues()).as("a little cooler").hasSize(1);
    monitor(2, "nvme", "nvme0", "temp1_input", "79850");
    assertThat(minutes(2).issues()).isEmpty();
  }

  @Test
  void aProcessorThatIsSlowedDownAllTheTimeIsReported() {
    minutes(2);
    for (int minute = 1; minute <= 9; minute++) {
      throttled(12_345 + minute * 54_000L);
      assertThat(minutes(1).issues()).isEmpty();
    }
    throttled(12_345 + 10 * 54_000L);
    minutes(1);
    throttled(12_345 + 11 * 54_000L);
    Issue issue = minutes(1).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.LOW);
    assertThat(issue.description())
        .isEqualTo(
            "processor 0 was slowed down for its heat 90% of the last minute, as in those before");
    assertThat(minutes(2).issues()).isEmpty();
  }

  private void throttled(long millis) {
    host.files().write("/sys/devices/system/cpu/cpu0" + THROTTLED, millis + "\n");
  }

  @Test
  void oneThatWorksHardForAWhileIsNot() {
    minutes(2);
    for (int minute = 1; minute <= 30; minute++) {
      throttled(12_345 + minute * (minute % 4 == 0 ? 20_000L : 55_000L));
      assertThat(minutes(1).issues()).isEmpty();
    }
  }

  @Test
  void virtualMachinesAndContainersAreSilent() throws Exception {
    host.files().write("/run/systemd/container", "systemd-nspawn\n");
    monitor(2, "nvme", "nvme0", "temp1_input", "99850");
    looks = looks(host);
    assertThat(minutes(10)).isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().samples()).isEmpty();
    Hosts.copy("vm", root.resolve("vm"));
    host = new TestHost(root.resolve("vm"));
    looks = looks(host);
    assertThat(minutes(10)).isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().samples()).isEmpty();
  }

  @Test
  void aSensorThatDoesNotAnswerMeanwhileHasNotCooledDown() throws IOException {
    minutes(2);
    monitor(2, "nvme", "nvme0", "temp1_input", "86850");
    assertThat(minutes(4).issues()).hasSize(1);
    monitor(2, "nvme", "nvme0", "temp1_input", "");
    Detection silent = minutes(3);
    assertThat(silent.issues()).isEmpty();
    assertThat(silent.unreadable()).extracting(Unreadable::what).containsExactly("nvme0/Composite");
    monitor(2, "nvme", "nvme0", "temp1_input", "86850");
    assertThat(minutes(2).issues()).as("at once").hasSize(1);
    monitor(2, "nvme", "nvme0", "temp1_input", "");
    assertThat(minutes(8)).as("a drive that is gone").isEqualTo(Detection.NOTHING);
  }

  @Test
  void aSensorThatSleepsIsLeftAlone() {
    minutes(2);
    host.files().unreadable(MONITORS + "2/temp1_input");
    minutes(2);
    assertThat(looks.values()).containsKey(PACKAGE).doesNotContainKey(DRIVE);
    assertThat(looks.reading().unreadable()).isEmpty();
  }
}
