package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkErrorsTest {
  private static final Metric LOST = Metric.of(LinkCounts.LOST, "eth0");

  @TempDir Path root;
  private TestHost host;
  private Looks looks;
  private final Map<String, Long> counts = new TreeMap<>();

  @BeforeEach
  void copyACapturedHost() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    looks = looks(Map.of());
  }

  private Looks looks(Map<String, ?> keys) {
    return new Looks(
        host,
        new LinkSampler.Provider().create(host),
        new LinkErrors.Provider().create(host.withConfiguration(Configuration.of(keys))));
  }

  private void count(String name, long more) {
    long now = counts.getOrDefault(name, 10_000L) + more;
    counts.put(name, now);
    host.files().write("/sys/class/net/eth0/statistics/" + name, now + "\n");
  }

  /** So many half minutes, in each of which these come. */
  private Detection halfMinutes(int number, long packets, String bad, long badPackets) {
    Detection last = Detection.NOTHING;
    for (int i = 0; i < number; i++) {
      count("rx_packets", packets);
      count(bad, badPackets);
      for (int second = 0; second < 29; second++) {
        host.time().advance(Duration.ofSeconds(1));
        last = looks.again();
      }
      host.time().advance(Duration.ofSeconds(1));
      assertThat(looks.again().issues())
          .as("told until it is measured anew")
          .hasSameSizeAs(last.issues());
    }
    return last;
  }

  @Test
  void anInterfaceThatLosesPacketsIsReportedUntilItDoesNot() {
    halfMinutes(2, 1000, "rx_missed_errors", 0);
    assertThat(looks.values()).containsEntry(LOST, 0.0);
    assertThat(halfMinutes(4, 980, "rx_missed_errors", 20)).isEqualTo(Detection.NOTHING);
    Issue issue = halfMinutes(1, 980, "rx_missed_errors", 20).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("eth0");
    assertThat(issue.description())
        .isEqualTo("eth0 lost or damaged 2% of its packets (ip -s -s link show eth0 tells how)");
    assertThat(halfMinutes(1, 995, "tx_errors", 5).issues()).as("not clear").hasSize(1);
    assertThat(halfMinutes(1, 1000, "tx_errors", 1).issues()).isEmpty();
  }

  @Test
  void whatNobodyWantedIsNotLost() {
    assertThat(halfMinutes(20, 1000, "rx_dropped", 500)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsEntry(LOST, 0.0);
  }

  @Test
  void ofAFewPacketsNothingIsSaid() {
    assertThat(halfMinutes(20, 50, "tx_errors", 30)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).doesNotContainKey(LOST);
    assertThat(halfMinutes(20, 0, "tx_errors", 0))
        .as("unplugged, or off")
        .isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).doesNotContainKey(LOST);
  }

  @Test
  void oneThatIsQuietMeanwhileIsNotWell() {
    halfMinutes(2, 1000, "rx_errors", 0);
    assertThat(halfMinutes(5, 980, "rx_errors", 20).issues()).hasSize(1);
    for (int lost : List.of(0, 30)) {
      Detection quiet = halfMinutes(3, 50, "rx_errors", lost);
      assertThat(quiet.issues()).isEmpty();
      assertThat(quiet.unreadable()).extracting(Unreadable::what).containsExactly("eth0");
      assertThat(halfMinutes(1, 980, "rx_errors", 20).issues()).as("at once").hasSize(1);
    }
    assertThat(halfMinutes(11, 50, "rx_errors", 0)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void countsThatBeganAnewAreNotSubtracted() {
    halfMinutes(3, 1000, "rx_errors", 100);
    counts.clear();
    assertThat(new LinkCounts.Counts(5, 5).lostSince(new LinkCounts.Counts(4, 6))).isEmpty();
    assertThat(new LinkCounts.Counts(5, 7).lostSince(new LinkCounts.Counts(6, 6))).isEmpty();
    assertThat(new LinkCounts.Counts(90, 10).lostSince(new LinkCounts.Counts(0, 0))).contains(0.1);
  }

  @Test
  void someMayLoseWhatTheyWill() {
    looks = looks(Map.of("ignore", List.of("eth?"), "high", "0.5%", "for", "1 of 1"));
    assertThat(halfMinutes(5, 900, "rx_errors", 100)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsEntry(LOST, 0.1);
  }
}
