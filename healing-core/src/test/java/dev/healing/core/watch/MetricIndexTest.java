package dev.healing.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricIndexTest {
  private static final Metric ROOT = Metric.of(Metric.FILESYSTEM_USED, "/");
  private static final Metric DATA = Metric.of(Metric.FILESYSTEM_USED, "/data");

  private static Sample sample(Metric metric, double value) {
    return new Sample(metric, value, Instant.EPOCH);
  }

  private static List<Sample> samples(Metric... metrics) {
    return List.of(metrics).stream().map(metric -> sample(metric, metric.hashCode())).toList();
  }

  @Test
  void looksWithTheSameMetricsShareOne() {
    MetricIndex first = MetricIndex.EMPTY.of(samples(Metric.LOAD, ROOT));
    List<Sample> later = List.of(sample(Metric.of("load.per_cpu"), 7), sample(ROOT, 8));
    assertThat(first.of(later)).isSameAs(first);
    assertThat(first.find(Metric.LOAD, later)).contains(later.get(0));
    assertThat(first.find(ROOT, later)).contains(later.get(1));
  }

  @Test
  void anotherOrderOrOtherMetricsAreFoundAsWell() {
    MetricIndex index = MetricIndex.EMPTY.of(samples(Metric.LOAD, ROOT));
    for (List<Sample> now :
        List.of(
            samples(ROOT, Metric.LOAD),
            samples(Metric.LOAD),
            samples(Metric.LOAD, DATA),
            samples(Metric.LOAD, ROOT, DATA),
            samples())) {
      index = index.of(now);
      for (Metric metric : List.of(Metric.LOAD, ROOT, DATA)) {
        assertThat(index.find(metric, now))
            .isEqualTo(now.stream().filter(s -> s.metric().equals(metric)).findFirst());
      }
      assertThat(index.components(Metric.FILESYSTEM_USED).contains("/data"))
          .isEqualTo(index.find(DATA, now).isPresent());
    }
  }

  @Test
  void ofTwoTheLastCounts() {
    List<Sample> twice = List.of(sample(ROOT, 1), sample(DATA, 2), sample(ROOT, 3));
    MetricIndex index = MetricIndex.EMPTY.of(twice);
    assertThat(index.find(ROOT, twice)).contains(sample(ROOT, 3));
    assertThat(index.components(Metric.FILESYSTEM_USED)).containsExactly("/", "/data");
  }
}
