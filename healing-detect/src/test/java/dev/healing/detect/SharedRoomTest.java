package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedRoomTest {
  private static final String MOUNTS =
      """
      21 1 0:30 / / rw - zfs rpool/root rw
      22 21 0:31 / /var rw - zfs rpool/var rw
      23 21 0:32 / /home rw - zfs rpool/home rw
      24 21 0:33 / /srv rw - zfs tank rw
      25 21 8:1 / /a rw - ext4 /dev/sda1 rw
      26 21 8:1 / /b rw - ext4 /dev/sda1 rw
      """;
  private static final double MIB = 1 << 20;

  @TempDir Path root;
  private TestHost host;
  private Detector detector;
  private final Map<String, Double> used = new TreeMap<>();
  private final Map<String, Double> available = new TreeMap<>();

  @BeforeEach
  void aHostWithPools() {
    host = new TestHost(root);
    host.files().write("/proc/self/mountinfo", MOUNTS);
    detector = new DiskFull.Provider().create(host);
  }

  private void full(String mount, double fraction, double mebibytes) {
    used.put(mount, fraction);
    available.put(mount, mebibytes * MIB);
  }

  private List<Issue> issues() {
    for (int look = 0; ; look++) {
      host.time().advance(Duration.ofSeconds(1));
      HostStates states = HostStates.at(host.time().now());
      used.forEach((m, v) -> states.sample(Metric.of(Metric.FILESYSTEM_USED, m), v));
      available.forEach((m, v) -> states.sample(Metric.of(Metric.FILESYSTEM_AVAILABLE, m), v));
      List<Issue> found = detector.detect(states.build()).issues();
      if (look == 4) {
        return found;
      }
    }
  }

  private List<String> places() {
    return issues().stream().map(issue -> issue.components().first()).toList();
  }

  @Test
  void dataSetsOfAPoolThatIsFullAreOneProblem() {
    full("/", 0.96, 500);
    full("/var", 0.99, 500.5);
    full("/home", 0.97, 499);
    assertThat(issues())
        .extracting(Issue::description)
        .containsExactly(
            "/var: 99% of its bytes are in use, 500.5 MiB available; it shares that with /, /home");
  }

  @Test
  void theOneThatWasToldOfIsToldOfAsLongAsItIsFull() {
    full("/", 0.96, 500);
    full("/var", 0.94, 500);
    assertThat(places()).containsExactly("/");
    full("/var", 0.99, 500);
    assertThat(places()).containsExactly("/");
    full("/", 0.10, 500);
    assertThat(places()).containsExactly("/var");
  }

  @Test
  void whatIsFullByItsOwnQuotaOrOnAnotherPoolIsAProblemOfItsOwn() {
    full("/", 0.96, 500);
    full("/var", 0.96, 100);
    full("/srv", 0.96, 500);
    assertThat(places()).containsExactlyInAnyOrder("/", "/var", "/srv");
  }

  @Test
  void oneFileSystemAtTwoPlacesIsOneProblem() {
    full("/a", 0.96, 100);
    full("/b", 0.96, 100);
    assertThat(places()).hasSize(1);
    host.files().unreadable("/proc/self/mountinfo");
    assertThat(places()).as("nobody knows").hasSize(2);
  }

  @Test
  void whatFailsForAnyOfThemIsExplained() {
    full("/", 0.995, 50);
    full("/var", 0.995, 50);
    assertThat(issues().get(0).explains()).contains("-.mount", "var.mount");
  }
}
