package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.Trigger;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of memory of 24 GiB, so that 2.4 GiB should stay available. */
class MemoryExhaustingTest {
  private static final double GIB = 1L << 30;
  private static final double TOTAL = 24 * GIB;

  @TempDir Path root;
  private TestHost host = new TestHost();
  private Detector detector = detector(Map.of());

  private Detector detector(Map<String, Object> section) {
    return new MemoryExhausting.Provider()
        .create(host.withConfiguration(Configuration.of(section)));
  }

  @BeforeEach
  void withFilesOfItsOwn() {
    host = new TestHost(root);
    detector = detector(Map.of());
  }

  private HostStates looks(Duration every, double... availableGib) {
    double[] bytes = new double[availableGib.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = availableGib[i] * GIB;
    }
    return HostStates.at(host.time().now())
        .recent(Metric.MEMORY_AVAILABLE, every, bytes)
        .sample(Metric.MEMORY_USED, 1 - bytes[bytes.length - 1] / TOTAL);
  }

  private List<Issue> issues(HostStates state) {
    return detector.detect(state.build()).issues();
  }

  private List<Issue> quickly(double... availableGib) {
    return issues(looks(Duration.ofMillis(50), availableGib));
  }

  @Test
  void itIsToldWhenItEndsInAMoment() {
    Issue issue = quickly(4.2, 4.0, 3.8, 3.6).get(0);
    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.description())
        .isEqualTo(
            "3.6 GiB of memory is available and becomes 4.0 GiB less a second: at this pace nothing"
                + " is left in 0.9 s");
    assertThat(issue.metrics().get(Metric.MEMORY_FLOOR.toString()) / GIB).isBetween(2.39, 2.41);
    assertThat(issue.explains()).contains("memory");
  }

  @Test
  void itIsSeenFromOneLookASecondToo() {
    assertThat(issues(looks(Duration.ofSeconds(1), 5, 4, 3))).hasSize(1);
  }

  @Test
  void whatIsFarFromEndingIsNone() {
    assertThat(quickly(22, 21.8, 21.6, 21.4)).as("plenty is left").isEmpty();
    assertThat(quickly(2.4, 2.399, 2.398, 2.397)).as("it ends in minutes").isEmpty();
    assertThat(quickly(2, 2, 2, 2)).as("it stays").isEmpty();
    assertThat(quickly(2, 2.1, 2.2, 2.3)).as("it gets more").isEmpty();
    assertThat(quickly(3.0, 1.9, 2.0, 2.2)).as("it was, and is over").isEmpty();
    assertThat(quickly(4.2, 3.6)).as("too little is known").isEmpty();
    assertThat(issues(looks(Duration.ofMinutes(1), 5, 3, 1))).as("seen too seldom").isEmpty();
  }

  @Test
  void whereSwapHasRoomItDoesNotEnd() {
    HostStates roomy = looks(Duration.ofMillis(50), 4.2, 4.0, 3.8, 3.6);
    assertThat(issues(roomy.sample(Metric.SWAP_USED, 0.89))).isEmpty();
    HostStates full = looks(Duration.ofMillis(50), 4.2, 4.0, 3.8, 3.6);
    assertThat(issues(full.sample(Metric.SWAP_USED, 0.90))).hasSize(1);
  }

  @Test
  void keysSayHowMuchShouldStayAndHowSoonItEnds() {
    detector = detector(Map.of("floor", "5%"));
    assertThat(issues(looks(Duration.ofSeconds(1), 3.2, 2.8, 2.4))).isEmpty();
    detector = detector(Map.of("within", "5s"));
    assertThat(issues(looks(Duration.ofSeconds(1), 3.2, 2.8, 2.4))).isEmpty();
    detector = detector(Map.of());
    assertThat(issues(looks(Duration.ofSeconds(1), 3.2, 2.8, 2.4))).hasSize(1);
  }

  @Test
  void whoTakesItMayPauseForAMoment() {
    assertThat(quickly(2.6, 2.4, 2.2, 2.0)).hasSize(1);
    host.time().advance(Duration.ofSeconds(3));
    assertThat(quickly(2, 2, 2, 2)).as("no more than a pause").hasSize(1);
    host.time().advance(Duration.ofMillis(1));
    assertThat(quickly(2, 2, 2, 2)).as("it has stopped").isEmpty();
    assertThat(quickly(2.6, 2.4, 2.2, 2.0)).hasSize(1);
    assertThat(quickly(2.6, 2.6, 2.6, 2.6)).as("there is more than there should").isEmpty();
  }

  @Test
  void unreadableMemoryIsNeitherWellNorIll() {
    HostState blind =
        HostStates.now().unreadable(Metric.MEMORY_USED.toString(), "no such file").build();
    Detection detection = detector.detect(blind);
    assertThat(detection.issues()).isEmpty();
    assertThat(detection.unreadable().get(0).why()).isEqualTo("no such file");
  }

  // ------------------------------------------------------------------ the trigger

  private void available(double gib) {
    long kb = (long) (gib * (1 << 20));
    host.files().write("/proc/meminfo", "MemTotal: 25165824 kB\nMemAvailable:    " + kb + " kB\n");
  }

  private void goes(double gib, double perStep, Duration every, int steps) {
    for (int i = 1; i <= steps; i++) {
      double left = gib - i * perStep;
      host.time().happens(every.multipliedBy(i), "memory goes", () -> available(left));
    }
  }

  @Test
  void theTriggerWakesSomeTimesWhileItGoesAndNeverWithoutNeed() {
    List<String> woken = new ArrayList<>();
    available(20);
    Trigger trigger = new MemoryTrigger.Provider().create(host);
    assertThat(trigger.start(woken::add)).startsWith("reads /proc/meminfo");
    host.time().advance(Duration.ofMinutes(10));
    assertThat(woken).isEmpty();
    goes(20, 0.01, Duration.ofSeconds(1), 60);
    host.time().advance(Duration.ofMinutes(1));
    assertThat(woken).as("a little goes all the time").isEmpty();
    goes(19.4, 0.02, Duration.ofMillis(10), 900); // 2 GiB a second
    host.time().advance(Duration.ofSeconds(9));
    assertThat(woken).as("each look is a sample for all who count them").hasSize(8);
    int sofar = woken.size();
    host.time().advance(Duration.ofMinutes(10));
    assertThat(woken).as("it stays").hasSizeLessThan(sofar + 3);
    trigger.close();
    trigger.close();
    goes(2, 0.2, Duration.ofMillis(100), 9);
    host.time().advance(Duration.ofMinutes(1));
    assertThat(woken).hasSizeLessThan(sofar + 3);
    assertThat(host.time().tasks()).isZero();
  }

  @Test
  void theTriggerSaysWhenItCannotTell() {
    host.files().write("/proc/meminfo", "MemTotal: 25165824 kB\n");
    Trigger trigger = new MemoryTrigger.Provider().create(host);
    assertThat(trigger.start(reason -> {}))
        .isEqualTo("polling only: /proc/meminfo does not tell MemAvailable");
    trigger.close();
  }
}
