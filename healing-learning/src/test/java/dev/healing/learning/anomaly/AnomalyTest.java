package dev.healing.learning.anomaly;

import static dev.healing.api.Detection.NOTHING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnomalyTest {
  private static final Metric DISK = Metric.of(Metric.FILESYSTEM_USED, "/var");
  private static final int LEARNED_MINUTES = 725;

  private final TestHost host = new TestHost();
  private final Random random = new Random(1);
  private Instant now = Instant.parse("2026-03-02T00:00:00Z");

  private Detector watching(String... names) {
    Configuration section = Configuration.of(Map.of("metrics", List.of(names)));
    return new Anomaly.Provider().create(host.withConfiguration(section));
  }

  private void pass(int seconds) {
    now = now.plusSeconds(seconds);
    host.time().advance(Duration.ofSeconds(seconds));
  }

  /** What it says in each of so many looks, one every 20 seconds, around that value. */
  private List<Detection> looks(Detector detector, int minutes, Metric metric, double value) {
    List<Detection> said = new ArrayList<>();
    for (int look = 0; look < 3 * minutes; look++) {
      pass(20);
      double noisy = value + 0.01 * random.nextGaussian();
      said.add(detector.detect(HostStates.at(now).sample(metric, noisy).build()));
    }
    return said;
  }

  private static List<Issue> issues(List<Detection> said) {
    return said.stream().flatMap(detection -> detection.issues().stream()).toList();
  }

  @Test
  void whatIsUnusualIsReportedUntilItIsOverAndNeverAsMoreThanMedium() {
    Detector detector = watching(Metric.FILESYSTEM_USED, Metric.CPU_BUSY.name());
    assertThat(issues(looks(detector, LEARNED_MINUTES, DISK, 0.4))).isEmpty();

    List<Detection> during = looks(detector, 5, DISK, 0.9);
    assertThat(issues(during))
        .isNotEmpty()
        .allSatisfy(
            issue -> {
              assertThat(issue.type()).isEqualTo(Anomaly.TYPE);
              assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
              assertThat(issue.components()).containsExactly(DISK.toString());
              assertThat(issue.description())
                  .startsWith("filesystem.used.fraction{/var} was 0.")
                  .contains("unusual");
            });
    assertThat(during.subList(6, during.size())).allMatch(said -> said.issues().size() == 1);

    looks(detector, 20, DISK, 0.4);
    assertThat(issues(looks(detector, 5, DISK, 0.4))).isEmpty();
  }

  @Test
  void whatIsALittleUnusualIsLow() {
    List<Severity> severities = new ArrayList<>();
    for (int run = 0; run < 20; run++) {
      Detector detector = watching(Metric.CPU_BUSY.name());
      looks(detector, LEARNED_MINUTES, Metric.CPU_BUSY, 0.4);
      issues(looks(detector, 8, Metric.CPU_BUSY, 0.425))
          .forEach(issue -> severities.add(issue.severity()));
    }
    assertThat(severities).contains(Severity.LOW).doesNotContain(Severity.HIGH, Severity.CRITICAL);
  }

  @Test
  void whatIsNotNamedIsNotWatched() {
    for (Detector detector : List.of(watching(), watching(Metric.LOAD.name()))) {
      looks(detector, LEARNED_MINUTES, DISK, 0.4);
      assertThat(issues(looks(detector, 5, DISK, 0.9))).isEmpty();
    }
  }

  @Test
  void whatIsNotSampledWhileItIsUnusualIsUnreadable() {
    Detector detector = watching(Metric.FILESYSTEM_USED);
    looks(detector, LEARNED_MINUTES, DISK, 0.4);
    assertThat(issues(looks(detector, 5, DISK, 0.9))).isNotEmpty();
    Detection blind = detector.detect(HostStates.at(now.plusSeconds(20)).build());
    assertThat(blind.issues()).isEmpty();
    assertThat(blind.unreadable())
        .singleElement()
        .hasToString("Unreadable[what=" + DISK + ", why=was not sampled]");
  }

  /** It is neither blind for ever nor a place that is taken. */
  @Test
  void aSeriesThatIsNoLongerSampledIsOver() {
    Detector detector = watching(Metric.FILESYSTEM_USED);
    looks(detector, LEARNED_MINUTES, DISK, 0.4);
    assertThat(issues(looks(detector, 5, DISK, 0.9))).isNotEmpty();
    Metric other = Metric.of(Metric.FILESYSTEM_USED, "/");
    List<Detection> unmounted = looks(detector, 16, other, 0.4);
    assertThat(unmounted.subList(0, 3 * 15 - 1))
        .allMatch(said -> said.unreadable().get(0).what().equals(DISK.toString()));
    assertThat(unmounted.subList(3 * 15 - 1, unmounted.size())).containsOnly(NOTHING);
    assertThat(issues(looks(detector, 60, DISK, 0.9))).as("it begins anew").isEmpty();
  }

  @Test
  void noSeriesIsOverSinceNoLookWasMadeForLong() {
    Detector detector = watching(Metric.FILESYSTEM_USED);
    looks(detector, LEARNED_MINUTES, DISK, 0.4);
    pass(3600);
    assertThat(issues(looks(detector, 5, DISK, 0.9))).isNotEmpty();
  }

  @Test
  void theDeadMakeRoomForOthers() {
    Detector detector = watching("some.fraction");
    HostStates full = HostStates.at(now);
    for (int component = 0; component < 200; component++) {
      full.sample(Metric.of("some.fraction", "dead" + component), 0.1);
    }
    detector.detect(full.build());
    Metric other = Metric.of("some.fraction", "other");
    looks(detector, 16 + LEARNED_MINUTES, other, 0.4);
    assertThat(issues(looks(detector, 5, other, 0.9))).isNotEmpty();
  }

  @Test
  void whereTheClockGoesBackItIsNeitherDeafNorStuck() {
    Detector detector = watching(Metric.FILESYSTEM_USED);
    looks(detector, LEARNED_MINUTES, DISK, 0.4);
    now = now.minus(Duration.ofDays(100));
    assertThat(issues(looks(detector, 5, DISK, 0.9))).isNotEmpty();
    now = now.minus(Duration.ofDays(100));
    looks(detector, 20, DISK, 0.4);
    assertThat(issues(looks(detector, 5, DISK, 0.4))).isEmpty();
  }

  /** What is measured before and after is in no mean together. */
  @Test
  void aMeanBeginsAnewWhereTheClockGoesBack() {
    Detector detector = watching(Metric.CPU_BUSY.name());
    looks(detector, LEARNED_MINUTES, Metric.CPU_BUSY, 0.4);
    now = now.plusSeconds(40); // what was begun is complete with the next
    detector.detect(HostStates.at(now).sample(Metric.CPU_BUSY, 0.4).build());
    now = now.plusSeconds(1);
    detector.detect(HostStates.at(now).sample(Metric.CPU_BUSY, 1e6).build());
    now = now.minusSeconds(600);
    assertThat(issues(looks(detector, 5, Metric.CPU_BUSY, 0.4))).isEmpty();
  }

  @Test
  void aNameThatNothingMeasuresIsTold() {
    Detector detector = watching("cpu.busy", Metric.FILESYSTEM_USED);
    for (Detection said : looks(detector, 5, DISK, 0.4)) {
      assertThat(said.unreadable())
          .singleElement()
          .hasToString(
              "Unreadable[what=cpu.busy, why=nothing has measured it yet:"
                  + " expected the name of a metric]");
    }
    HostStates damaged = HostStates.at(now.plusSeconds(20)).unreadable("cpu.busy", "it is damaged");
    assertThat(detector.detect(damaged.build())).as("what the look tells").isEqualTo(NOTHING);
    looks(detector, 1, Metric.of("cpu.busy"), 0.4);
    assertThat(looks(detector, 1, DISK, 0.4)).containsOnly(NOTHING);
  }

  @Test
  void aNameWithAComponentIsWrong() {
    Configuration section =
        Configuration.of(Map.of("metrics", List.of(DISK.toString(), "cpu.busy.fraction")));
    new Anomaly.Provider().create(host.withConfiguration(section));
    assertThat(section.problems())
        .singleElement()
        .asString()
        .contains("expected the name without component for 'filesystem.used.fraction{/var}'");
  }

  @Test
  void looksInBetweenDoNotMatterWhereNothingWasMeasuredAnew() {
    Detector detector = watching(Metric.CPU_BUSY.name());
    looks(detector, LEARNED_MINUTES, Metric.CPU_BUSY, 0.4);
    var once = HostStates.at(now.plusSeconds(20)).sample(Metric.CPU_BUSY, 0.99).build();
    for (int look = 0; look < 1000; look++) {
      assertThat(detector.detect(once).issues()).isEmpty();
    }
  }

  @Test
  void howManySeriesThereAreIsBounded() {
    Detector detector = watching("some.fraction");
    for (int minute = 0; minute < 740; minute++) {
      pass(60);
      HostStates state = HostStates.at(now);
      for (int component = 0; component < 250; component++) {
        double value = (minute < 730 ? 0.1 : 0.9) + 0.01 * random.nextGaussian();
        state.sample(Metric.of("some.fraction", "c" + component), value);
      }
      List<Issue> issues = detector.detect(state.build()).issues();
      assertThat(issues).hasSizeLessThanOrEqualTo(200);
      if (minute == 735) {
        assertThat(issues).hasSizeGreaterThan(190);
      }
    }
  }

  @Test
  void noTimeIsWrong() {
    Configuration section = Configuration.of(Map.of("every", "0s"));
    new Anomaly.Provider().create(new TestHost().withConfiguration(section));
    assertThat(section.problems()).singleElement().asString().contains("more than zero");
  }
}
