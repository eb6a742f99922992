package dev.healing.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricHistoryTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Otherwise ten minutes of looks would push out hours of what is measured seldom. */
  @Test
  void aSampleThatManyLooksShowIsKeptOnce() {
    Metric seldom = Metric.of(Metric.SERVICE_MEMORY, "app.service");
    MetricHistory history = new MetricHistory();
    for (int second = 0; second < 3_600; second++) {
      Instant measured = START.plusSeconds(second - second % 15);
      history.add(List.of(new Sample(seldom, second - second % 15, measured)));
    }
    List<Sample> hour = history.recent(seldom, 600, START.plusSeconds(3_600));
    assertThat(hour).hasSize(240);
    assertThat(hour.get(0).at()).isEqualTo(START);
    assertThat(hour.get(239).value()).isEqualTo(3_585);
  }
}
