package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Arrays of disks: those of btrfs captured from one of three devices of which the second is gone,
 * those of md as Documentation/admin-guide/md.rst says.
 */
class ArrayDegradedTest {
  private static final String LACKING =
      "/sys/fs/btrfs/85598877-f2bd-4c67-a53d-a1b431a473c5/devinfo/2/missing";

  @TempDir Path root;
  private TestHost host;
  private Detector detector;

  @BeforeEach
  void copyAHostWithArrays() throws Exception {
    Hosts.copy("arrays", root);
    host = new TestHost(root);
    detector = new ArrayDegraded.Provider().create(host);
  }

  private Detection look() {
    HostState state = HostStates.at(host.time().now()).build();
    return detector.detect(state);
  }

  private Detection later() {
    host.time().advance(Duration.ofSeconds(10));
    return look();
  }

  private void whole() {
    host.files().write(LACKING, "0\n");
  }

  private void md(String array, String... namesAndTexts) {
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      host.files()
          .write("/sys/block/" + array + "/md/" + namesAndTexts[i], namesAndTexts[i + 1] + "\n");
    }
  }

  @Test
  void aBtrfsThatLacksADeviceIsReportedUntilItHasItAgain() {
    for (int i = 0; i < 3; i++) {
      assertThat(later().issues())
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.severity()).isEqualTo(Severity.HIGH);
                assertThat(issue.components()).containsExactly("data");
                assertThat(issue.description())
                    .isEqualTo(
                        "data: btrfs, 1 of its 3 members is missing ('btrfs filesystem show' tells"
                            + " which; put in another and run 'btrfs replace start')");
              });
    }
    whole();
    assertThat(look()).as("at once, since it is looked at again").isEqualTo(Detection.NOTHING);
  }

  @Test
  void anArrayOfWhichAMemberFailedIsReportedAndLessSevereWhileItIsRebuilt() {
    whole();
    assertThat(look()).isEqualTo(Detection.NOTHING);
    md("md1", "degraded", "1", "dev-sdb2/state", "faulty");
    Issue failed = later().issues().get(0);
    assertThat(failed.severity()).isEqualTo(Severity.HIGH);
    assertThat(failed.description())
        .isEqualTo(
            "md1: raid5, 1 of its 3 members is missing; sdb2 has failed ('mdadm --detail /dev/md1'"
                + " tells more; put in another and run 'mdadm /dev/md1 --add DEVICE')");
    md("md1", "sync_action", "recover", "sync_completed", "2500 / 10000");
    Issue rebuilt = later().issues().get(0);
    assertThat(rebuilt.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(rebuilt.description())
        .contains("it is being rebuilt, 25% done")
        .doesNotContain("--add");
    md("md1", "degraded", "0", "sync_action", "idle", "dev-sdb2/state", "spare");
    assertThat(later()).isEqualTo(Detection.NOTHING);
  }

  @Test
  void oneThatHasNoCopiesAndLacksAMemberIsBroken() {
    whole();
    md("md2", "array_state", "broken");
    assertThat(later().issues())
        .singleElement()
        .satisfies(
            issue -> {
              assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
              assertThat(issue.description()).startsWith("md2: raid0, nothing can be read from it");
            });
  }

  @Test
  void damageThatACheckFoundIsReportedWhereItIsDamage() {
    whole();
    assertThat(look())
        .as("md0 has 128 sectors that differ, and is a mirror")
        .isEqualTo(Detection.NOTHING);
    md("md1", "mismatch_cnt", "8");
    assertThat(later().issues())
        .extracting(Issue::description)
        .containsExactly(
            "md1: raid5, a check found 8 sectors that do not agree: data is damaged"
                + " ('mdadm --detail /dev/md1' tells more)");
    md("md1", "last_sync_action", "repair");
    assertThat(later()).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatIsNotRunningIsNotJudged() {
    whole();
    md("md1", "array_state", "inactive", "degraded", "1");
    assertThat(later()).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatIsIgnoredAndWhatIsAnotherHostsIsNotReported() {
    detector =
        new ArrayDegraded.Provider()
            .create(host.withConfiguration(Configuration.of(Map.of("ignore", List.of("dat*")))));
    assertThat(look()).isEqualTo(Detection.NOTHING);
    detector = new ArrayDegraded.Provider().create(host);
    host.files().write("/run/systemd/container", "lxc\n");
    assertThat(look()).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatCannotBeReadIsNotOver() {
    look();
    host.files().unreadable(LACKING);
    assertThat(later())
        .isEqualTo(
            new Detection(
                List.of(), List.of(new Unreadable("data", LACKING + ": Permission denied"))));
  }

  @Test
  void ofTwoOfOneNameTheSickOneIsTold() {
    host.files().write(LACKING.replace("85598877", "00000000"), "0\n");
    host.files().write(LACKING.replace("85598877", "00000000").replace("/2/", "/1/"), "0\n");
    host.files().write("/sys/fs/btrfs/00000000-f2bd-4c67-a53d-a1b431a473c5/label", "data\n");
    assertThat(look().issues()).hasSize(1);
  }
}
