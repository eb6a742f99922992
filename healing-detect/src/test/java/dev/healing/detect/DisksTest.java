package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisksTest {
  private static final Metric VDA = Metric.of(DiskSampler.WAIT, "vda");

  @TempDir Path root;
  private TestHost host;
  private Looks looks;
  private long transfers = 1000;
  private long millis = 5000;
  private long discards = 10;

  @BeforeEach
  void copyACapturedHost() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    looks = looks(Map.of());
  }

  private Looks looks(Map<String, ?> keys) {
    return new Looks(
        host,
        new DiskSampler.Provider().create(host),
        new DiskSlow.Provider().create(host.withConfiguration(Configuration.of(keys))));
  }

  /** So many half minutes, in each of which so many writes take so long each. */
  private Detection halfMinutes(int number, long writes, long millisEach, int underWay) {
    Detection last = Detection.NOTHING;
    for (int i = 0; i < number; i++) {
      transfers += writes;
      millis += writes * millisEach;
      host.files()
          .write(
              "/proc/diskstats",
              String.format(
                  " 254       0 vda 0 0 0 0 %d 0 0 %d %d 0 0 %d 0 0 0 0 0%n"
                      + "   7       0 loop0 0 0 0 0 %d 0 0 99999999 0 0 0 0 0 0 0 0 0%n",
                  transfers, millis, underWay, discards, transfers));
      for (int second = 0; second < 30; second++) {
        host.time().advance(Duration.ofSeconds(1));
        last = looks.again();
      }
    }
    return last;
  }

  @Test
  void readsACapturedHost() {
    looks.again();
    host.time().advance(Duration.ofSeconds(30));
    host.files()
        .write(
            "/proc/diskstats",
            Hosts.text("vm", "proc/diskstats")
                .replace(" 492920 1432189 66297352 695673 ", " 493020 1432189 66297352 696173 "));
    assertThat(looks.again()).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsExactly(Map.entry(VDA, 0.005));
  }

  @Test
  void aDiskThatTakesSecondsIsReportedUntilItDoesNot() {
    halfMinutes(2, 100, 20, 1);
    assertThat(looks.values()).containsExactly(Map.entry(VDA, 0.02));
    assertThat(halfMinutes(4, 50, 3000, 60)).isEqualTo(Detection.NOTHING);
    Issue issue = halfMinutes(1, 50, 3000, 60).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("vda");
    assertThat(issue.description())
        .isEqualTo(
            "reads and writes of the disk vda took 3.0 s each (dmesg and smartctl may tell why)");
    assertThat(halfMinutes(1, 50, 1500, 60).issues()).as("not below half of it").hasSize(1);
    assertThat(halfMinutes(1, 50, 900, 60).issues()).isEmpty();
  }

  @Test
  void aDiskThatDoesNothingMoreIsSlow() {
    halfMinutes(1, 100, 20, 1);
    assertThat(halfMinutes(5, 0, 0, 32).issues()).hasSize(1);
    assertThat(looks.values()).containsExactly(Map.entry(VDA, 30.0));
    discards++;
    assertThat(halfMinutes(1, 0, 0, 32).issues()).as("it discards").hasSize(0);
  }

  @Test
  void oneThatIsIdleOrSpinsUpNowAndThenIsNot() {
    assertThat(halfMinutes(20, 0, 0, 0)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).isEmpty();
    assertThat(halfMinutes(20, 5, 8000, 0))
        .as("a laptop's disk that slept")
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void oneThatHasALittleToDoMeanwhileIsStillSlow() {
    halfMinutes(1, 100, 20, 1);
    assertThat(halfMinutes(6, 50, 3000, 60).issues()).hasSize(1);
    Detection quiet = halfMinutes(5, 3, 3000, 0);
    assertThat(quiet.issues()).isEmpty();
    assertThat(quiet.unreadable())
        .containsExactly(
            new Unreadable("vda", "this look has no sample of disk.wait.seconds{vda}"));
    assertThat(halfMinutes(1, 50, 3000, 60).issues()).as("at once").hasSize(1);
    halfMinutes(1, 0, 0, 0);
    assertThat(halfMinutes(6, 0, 0, 0)).as("for a whole window").isEqualTo(Detection.NOTHING);
    assertThat(halfMinutes(1, 50, 3000, 60).issues()).as("that is forgotten").isEmpty();
  }

  @Test
  void aDiskThatIsGoneIsForgottenThoughTheClockWasSetBackMeanwhile() {
    halfMinutes(1, 100, 20, 1);
    assertThat(halfMinutes(6, 50, 3000, 60).issues()).hasSize(1);
    halfMinutes(1, 0, 0, 0);
    host.time().jumpWall(Duration.ofDays(-400));
    assertThat(halfMinutes(7, 0, 0, 0)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void aDiskThatTakesSecondsForEachOfAFewIsSlow() {
    halfMinutes(1, 100, 20, 1);
    assertThat(halfMinutes(4, 10, 3000, 1).issues()).isEmpty();
    assertThat(halfMinutes(1, 10, 3000, 1).issues()).hasSize(1);
    assertThat(looks.values()).containsExactly(Map.entry(VDA, 3.0));
    halfMinutes(1, 7, 3000, 1);
    assertThat(looks.values()).as("21 s of 30").isEmpty();
    halfMinutes(1, 10, 3000, 0);
    assertThat(looks.values()).as("none under way").isEmpty();
  }

  @Test
  void countsThatWrapAreNotSubtracted() {
    halfMinutes(1, 100, 20, 1);
    millis = 0;
    assertThat(halfMinutes(1, 100, 20, 1)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).isEmpty();
    halfMinutes(1, 100, 20, 1);
    assertThat(looks.values()).containsExactly(Map.entry(VDA, 0.02));
  }

  @Test
  void whatIsPluggedInOrAnotherHostsIsNotJudged() throws Exception {
    host.files().write("/sys/block/vda/removable", "1\n");
    assertThat(halfMinutes(20, 50, 3000, 1)).as("a stick").isEqualTo(Detection.NOTHING);
    host.files().write("/sys/block/vda/removable", "0\n");
    looks = looks(Map.of("ignore", List.of("vd*")));
    assertThat(halfMinutes(20, 50, 3000, 1)).isEqualTo(Detection.NOTHING);
    host.files().write("/run/systemd/container", "systemd-nspawn");
    looks = looks(Map.of());
    assertThat(halfMinutes(20, 50, 3000, 1)).as("in a container").isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().samples()).isEmpty();
  }

  @Test
  void whatCannotBeReadAnyMoreIsNotFast() throws Exception {
    halfMinutes(1, 100, 20, 1);
    assertThat(halfMinutes(5, 50, 3000, 60).issues()).hasSize(1);
    host.files().unreadable("/proc/diskstats");
    host.time().advance(Duration.ofSeconds(30));
    assertThat(looks.again().unreadable())
        .containsExactly(new Unreadable("vda", "/proc/diskstats: Permission denied"));
    TestHost bare = new TestHost(root.resolve("bare"));
    assertThat(new DiskSampler.Provider().create(bare).read().unreadable()).isEmpty();
    assertThat(Files.exists(root.resolve("bare"))).isFalse();
  }
}
