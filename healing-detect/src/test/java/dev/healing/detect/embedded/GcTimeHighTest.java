package dev.healing.detect.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.lang.management.GarbageCollectorMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The share of time that collecting takes, with a look every second. */
class GcTimeHighTest {
  private final TestHost host = new TestHost();
  private long millis;
  private final Detector detector = detector(Map.of("window", "10s"));

  private Detector detector(Map<String, ?> section) {
    GarbageCollectorMXBean pauses = collector("G1 Young Generation", () -> millis);
    GarbageCollectorMXBean unknown = collector("Old", () -> -1L);
    GarbageCollectorMXBean beside = collector("ZGC Cycles", () -> millis * 1000);
    return new GcTimeHigh.Provider(List.of(pauses, unknown, beside))
        .create(host.withConfiguration(Configuration.of(section)));
  }

  private static GarbageCollectorMXBean collector(
      String name, java.util.function.Supplier<Object> time) {
    return Beans.of(
        GarbageCollectorMXBean.class, Map.of("getName", () -> name, "getCollectionTime", time));
  }

  /** Looks in which so many milliseconds of each second go into collecting. */
  private Detection looks(int count, long each) {
    Detection last = Detection.NOTHING;
    for (int i = 0; i < count; i++) {
      host.time().advance(Duration.ofSeconds(1));
      millis += each;
      last = detector.detect(HostStates.at(host.time().now()).build());
    }
    return last;
  }

  @Test
  void aShareOfTheWindowIsReportedAndIsOverLater() {
    assertThat(looks(10, 300).unreadable().get(0).why()).contains("watched for less than 10 s");
    assertThat(looks(2, 300).issues()).as("one and two looks with a full window").isEmpty();
    Issue issue = looks(1, 300).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.description()).isEqualTo("collecting garbage took 30% of the last 10 s");
    assertThat(looks(6, 0).issues()).as("still 12% of the window").hasSize(1);
    assertThat(looks(1, 0)).as("9% of it").isEqualTo(Detection.NOTHING);
  }

  @Test
  void halfOfTheTimeIsCritical() {
    assertThat(looks(15, 600).issues().get(0).severity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void aLongPauseBetweenLooksIsOneWindow() {
    looks(11, 0);
    host.time().advance(Duration.ofSeconds(99));
    assertThat(looks(1, 10_000).issues()).as("10 s of 100 s, once").isEmpty();
  }

  @Test
  void theWindowHasBounds() {
    Configuration section = Configuration.of(Map.of("window", "1s"));
    new GcTimeHigh.Provider().create(host.withConfiguration(section));
    assertThat(section.problems())
        .singleElement()
        .asString()
        .contains("'window' is '1s'", "between 5s and 1h");
  }

  /** Collecting takes half of the time that the host is unhealthy; twenty seconds a look. */
  @Nested
  class Contract extends DetectorContract {
    @Override
    protected Detector detector() {
      Detector own = GcTimeHighTest.this.detector(Map.of("window", "10s", "for", "1 of 1"));
      return new Detector() {
        @Override
        public Set<IssueType> reports() {
          return own.reports();
        }

        @Override
        public Detection detect(HostState state) {
          host.time().advance(Duration.ofSeconds(20));
          millis += state.health().orElse(100) < 50 ? 10_000 : 0;
          return own.detect(state);
        }
      };
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().health(90).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.now().health(10).build();
    }
  }
}
