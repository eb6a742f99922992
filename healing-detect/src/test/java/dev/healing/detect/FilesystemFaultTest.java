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
  private static final String[] ASK = {
    "journalctl",
    "--quiet",
    "--no-pager",
    "--output=cat",
    "--since=-1h",
    "_TRANSPORT=kernel",
    "PRIORITY=1"
  };
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
  void whatCannotEvenBeReadIsGivenUpWhateverTheListOfMountsSays() {
    host.files().unreadable("/data");

    Issue issue = later(Duration.ofSeconds(1)).issues().get(0);

    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.components()).containsExactly("/data");
    assertThat(issue.explains()).containsExactly("data.mount");
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
            "/data: the kernel found 2 errors on it in the last 1 h (dmesg tells what; save what you"
                + " need of it; then unmount it and run 'e2fsck -f /dev/loop0')");
    assertThat(later(Duration.ofMinutes(59)).issues()).hasSize(1);
    assertThat(later(Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
  }

  /** As counted when a block of one copy was overwritten and read. */
  @Test
  void whatAChecksumBeliesIsReported() throws Exception {
    Hosts.copy("arrays", root);
    mounted("0:104", "btrfs", "/dev/mapper/data");
    Path link = Files.createDirectories(root.resolve("dev/mapper")).resolve("data");
    Files.createSymbolicLink(link, Path.of("../loop0"));
    host.files().write("/dev/loop0", "");
    assertThat(later(Duration.ofMinutes(1))).as("old ones").isEqualTo(Detection.NOTHING);
    String counts = "/sys/fs/btrfs/3f5b7730-5301-48ef-a06a-96ab64d3fbf8/devinfo/2/error_stats";
    String three = host.files().read(counts.replace("/2/", "/1/")).orElseThrow();
    assertThat(three).contains("corruption_errs 3\n");
    host.files().write(counts, three.replace("read_errs 0", "read_errs 2"));
    assertThat(later(Duration.ofMinutes(1)).issues())
        .extracting(Issue::description)
        .containsExactly(
            "/data: the kernel found 5 errors on it in the last 1 h (dmesg tells what; save what you"
                + " need of it; 'btrfs device stats /data' tells on which device, and 'btrfs scrub"
                + " start /data' mends what there is a good copy of)");
    assertThat(later(Duration.ofHours(1))).isEqualTo(Detection.NOTHING);
  }

  /** Captured where blocks of a directory were overwritten, and it was shut down after that. */
  @Test
  void whatXfsSaysInTheLogIsReported() {
    host.files().write("/run/systemd/journal/socket", "");
    String log = Hosts.text("fault", "journalctl.xfs");
    host.commands().succeeds(log.replace("loop3", "loop0") + log, ASK);
    mounted("7:0", "xfs", "/dev/loop0");
    looks.again();
    Issue issue = later(Duration.ofMinutes(1)).issues().get(0);
    assertThat(issue.description())
        .isEqualTo(
            "/data: the kernel found 3 errors on it in the last 1 h (dmesg tells what; save what you"
                + " need of it; then unmount it and run 'xfs_repair /dev/loop0')");
    assertThat(issue.components()).containsExactly("/data");
    host.commands().timesOut(ASK);
    later(Duration.ofMinutes(10));
    assertThat(later(Duration.ofSeconds(1)).unreadable())
        .as("nobody knows whether it is over")
        .extracting(Unreadable::what)
        .containsExactly("/data");
    host.commands().succeeds("", ASK);
    later(Duration.ofMinutes(10));
    assertThat(later(Duration.ofSeconds(1))).isEqualTo(Detection.NOTHING);
  }

  @Test
  void ofXfsInAContainerTheLogIsAnothers() {
    host.files().write("/run/systemd/journal/socket", "").write("/run/.containerenv", "");
    mounted("7:0", "xfs", "/dev/loop0");
    looks.again();
    assertThat(later(Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
    assertThat(host.commands().calls()).noneMatch(call -> call.contains("journalctl"));
  }

  private void mounted(String device, String type, String source) {
    String before = Hosts.text("fault", "mountinfo.before");
    String line = "228 27 7:0 / /data rw,relatime - ext4 /dev/loop0 rw,errors=remount-ro";
    assertThat(before).contains(line);
    String now = "228 27 %s / /data rw,relatime - %s %s rw".formatted(device, type, source);
    host.files().write("/proc/self/mountinfo", before.replace(line, now));
    later(Duration.ofSeconds(10));
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
