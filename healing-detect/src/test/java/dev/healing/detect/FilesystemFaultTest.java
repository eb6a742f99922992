package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemFaultTest {
  private static final String ERRORS = "/sys/fs/ext4/loop0/errors_count";

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void copyAHostWithADataDisk() throws IOException {
    Hosts.copy("fault", root);
    host = new TestHost(root);
    for (String[] places : new String[][] {{"/", "/data"}, {"/"}}) {
      List<String> stat = new ArrayList<>(List.of("stat", "-f", "-c", "%c %d %n", "--"));
      stat.addAll(List.of(places));
      host.commands().succeeds("", stat.toArray(String[]::new));
    }
    mounts("mountinfo.before");
    errors(3);
    Path devices = Files.createDirectories(root.resolve("sys/dev/block"));
    Files.createSymbolicLink(devices.resolve("7:0"), Path.of("../../devices/virtual/block/loop0"));
    looks =
        new Looks(
            host,
            new HostSampler.Provider().create(host),
            new FilesystemFault.Provider().create(host));
    assertThat(looks.again()).isEqualTo(Detection.NOTHING);
  }

  private void mounts(String captured) {
    host.files().write("/proc/self/mountinfo", Hosts.text("fault", captured));
  }

  private void errors(int count) {
    host.files().write(ERRORS, count + "\n");
  }

  private Detection later(Duration time) {
    host.time().advance(time);
    return looks.again();
  }

  @Test
  void errorsThatComeAreReportedForAWhile() {
    assertThat(later(Duration.ofMinutes(1)))
        .as("old ones are no news")
        .isEqualTo(Detection.NOTHING);
    errors(5);
    Issue issue = later(Duration.ofSeconds(10)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("/data");
    assertThat(issue.description())
        .isEqualTo(
            "/data: the kernel found 2 errors on it in the last 1 h"
                + " (dmesg tells what; save what you need of it)");
    assertThat(later(Duration.ofMinutes(59)).issues()).hasSize(1);
    assertThat(later(Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
  }

  @Test
  void oneThatTheKernelHasGivenUpIsReportedAsLongAsItIsSo() {
    mounts("mountinfo.error");
    errors(4);
    Issue issue = later(Duration.ofSeconds(10)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.description())
        .startsWith(
            "/data: the kernel lets nobody write to it any more; the kernel found an error on it");
    assertThat(later(Duration.ofDays(1)).issues()).hasSize(1);
    host.files().unreadable("/proc/self/mountinfo");
    assertThat(later(Duration.ofSeconds(10)))
        .isEqualTo(
            new Detection(
                List.of(),
                List.of(new Unreadable("/data", "/proc/self/mountinfo: Permission denied"))));
  }

  @Test
  void oneThatAnOlderKernelHasMadeReadOnlyIsReported() {
    String before = Hosts.text("fault", "mountinfo.before");
    host.files()
        .write(
            "/proc/self/mountinfo",
            before.replace("/dev/loop0 rw,errors=remount-ro", "/dev/loop0 ro,errors=remount-ro"));
    assertThat(later(Duration.ofSeconds(10)).issues()).hasSize(1);
  }

  @Test
  void whatTheHostSeesCountsAndNotWhatOurOwnUnitMaySee() {
    mounts("mountinfo.remounted"); // as for a unit that may not write there
    host.files().write("/proc/1/mountinfo", Hosts.text("fault", "mountinfo.error"));
    assertThat(later(Duration.ofSeconds(10)).issues()).hasSize(1);
  }

  @Test
  void whoMakesItReadOnlyHimselfKnowsIt() {
    mounts("mountinfo.remounted");
    assertThat(later(Duration.ofSeconds(10))).isEqualTo(Detection.NOTHING);
  }

  @Test
  void anotherFileSystemAtThePlaceBringsItsOldErrorsWithIt() {
    String all = Hosts.text("fault", "mountinfo.before");
    String without =
        all.lines()
            .filter(l -> !l.contains(" /data "))
            .map(l -> l + "\n")
            .reduce("", String::concat);
    host.files().write("/proc/self/mountinfo", without);
    assertThat(later(Duration.ofSeconds(10))).isEqualTo(Detection.NOTHING);
    errors(70);
    host.files().write("/proc/self/mountinfo", all);
    assertThat(later(Duration.ofSeconds(10))).isEqualTo(Detection.NOTHING);
    errors(71);
    assertThat(later(Duration.ofSeconds(10)).issues()).hasSize(1);
  }
}
