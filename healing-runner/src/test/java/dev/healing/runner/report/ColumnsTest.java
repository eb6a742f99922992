package dev.healing.runner.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.trace.RecordedLook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnsTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");

  @Test
  void howeverLongTheTraceEachColumnHasWhatWasMeasuredInIt() {
    Random random = new Random(1);
    Columns columns = new Columns();
    List<Double> values = new ArrayList<>();
    for (int second = 0; second < 3 * 3_600; second++) {
      Instant at = BEGIN.plusSeconds(second);
      values.add(random.nextDouble());
      columns.add(look(at, new Sample(Metric.LOAD, values.get(second), at)));
    }
    assertThat(columns.step()).isEqualTo(Duration.ofSeconds(32));
    assertThat(columns.size()).isEqualTo(338).isLessThanOrEqualTo(Columns.MOST);
    Columns.Series series = columns.of(Metric.LOAD.toString()).orElseThrow();
    for (int i = 0; i < columns.size(); i++) {
      List<Double> here = values.subList(32 * i, Math.min(values.size(), 32 * i + 32));
      Columns.Range range = series.range(i, i + 1).orElseThrow();
      assertThat(range.least()).isEqualTo(here.stream().min(Double::compare).orElseThrow());
      assertThat(range.greatest()).isEqualTo(here.stream().max(Double::compare).orElseThrow());
      assertThat(range.mean())
          .isCloseTo(
              here.stream().mapToDouble(v -> v).average().orElseThrow(),
              org.assertj.core.data.Offset.offset(1e-9));
    }
  }

  @Test
  void whereNothingWasMeasuredNothingIsKnown() {
    Columns columns = new Columns();
    columns.add(look(BEGIN, new Sample(Metric.LOAD, 1, BEGIN)));
    columns.add(look(BEGIN.plusSeconds(60)));
    Columns.Series series = columns.of(Metric.LOAD.toString()).orElseThrow();
    assertThat(series.range(0, 1)).isPresent();
    assertThat(series.range(1, columns.size())).isEmpty();
  }

  private static RecordedLook look(Instant at, Sample... samples) {
    return new RecordedLook(at, 0, List.of(), List.of(samples), List.of(), List.of(), Map.of());
  }
}
