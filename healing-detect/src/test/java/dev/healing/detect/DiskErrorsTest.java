package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks of which the kernel says that reads and writes failed. */
class DiskErrorsTest {
  private static final String[] ASK = {
    "journalctl",
    "--quiet",
    "--no-pager",
    "--output=cat",
    "--since=-1h",
    "_TRANSPORT=kernel",
    "PRIORITY=3"
  };

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void aDiskThatFails() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    host.files().write("/run/systemd/journal/socket", "");
    says("vda");
    looks = looks(Map.of());
  }

  private Looks looks(Map<String, ?> keys) {
    return new Looks(
        host,
        new DiskSampler.Provider().create(host),
        new DiskErrors.Provider().create(host.withConfiguration(Configuration.of(keys))));
  }

  /** What a kernel said of a loop device whose file was cut short, as of another disk. */
  private void says(String disk) {
    host.commands().succeeds(Hosts.text("vm", "journalctl.disk").replace("loop0", disk), ASK);
  }

  private Detection over(int minutes) {
    Detection last = looks.again();
    for (int minute = 0; minute < minutes; minute++) {
      host.time().advance(Duration.ofMinutes(1));
      last = looks.again();
    }
    return last;
  }

  @Test
  void aDiskWhoseReadsAndWritesFailIsReportedUntilNoneDidForAnHour() {
    Issue issue = over(1).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("vda");
    assertThat(issue.description())
        .startsWith("3 reads or writes of the disk vda failed in the last hour (journalctl -k");
    host.commands().succeeds("", ASK);
    assertThat(over(11)).isEqualTo(Detection.NOTHING);
    assertThat(host.commands().calls()).as("once in ten minutes").hasSize(2);
  }

  @Test
  void whatIsNoDiskOfThisHostOrMayHaveBeenPulledOutIsNotJudged() {
    for (String other : List.of("loop0", "fd0", "sr0", "sdz")) {
      says(other);
      assertThat(over(11)).as(other).isEqualTo(Detection.NOTHING);
    }
    says("nvme7n1");
    assertThat(over(11).issues()).as("gone for its errors").hasSize(1);
    says("vda");
    host.files().write("/sys/block/vda/removable", "1\n");
    assertThat(over(11)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void notInAContainerNorWhereTheJournalIsNotOurs() {
    looks = looks(Map.of("ignore", List.of("vd*")));
    assertThat(over(11)).isEqualTo(Detection.NOTHING);
    host.files().write("/run/systemd/container", "lxc");
    looks = looks(Map.of());
    assertThat(over(11)).isEqualTo(Detection.NOTHING);
    assertThat(host.commands().calls()).hasSize(2);
  }

  @Test
  void aJournalThatDoesNotAnswerAnyMoreHasNotMendedTheDisk() {
    assertThat(over(1).issues()).hasSize(1);
    host.commands().timesOut(ASK);
    assertThat(over(11).unreadable())
        .containsExactly(new Unreadable("vda", "journalctl: took too long and was ended"));
  }

  @Test
  void onlyWhatIsLostCounts() {
    String log =
        """
        I/O error, dev sda, sector 8 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2
        blk_update_request: I/O error, dev sdb, sector 8 op 0x0:(READ) flags 0x80700 phys_seg 1
        print_req_error: critical medium error, dev sdc, sector 123456
        critical target error, dev sdd, sector 8 op 0x1:(WRITE) flags 0x0
        operation not supported error, dev sdd, sector 8 op 0x9:(WRITE_ZEROES) flags 0x8000000
        I/O error, dev sdd, sector 123456 op 0x3:(DISCARD) flags 0x800 phys_seg 1 prio class 2
        my I/O error, dev sde, sector 1
        Buffer I/O error on dev sda, logical block 1, async page read
        I/O error, dev ../../x, sector 8
        """;
    assertThat(DiskErrorLog.parse(log)).isEqualTo(Map.of("sda", 1L, "sdb", 1L, "sdc", 1L));
  }
}
