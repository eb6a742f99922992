package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FallTest {
  @Test
  void whereFewSamplesAreEnoughMoreOfThemTellTheSame() {
    Random random = new Random(1);
    int enough = 0;
    for (int run = 0; run < 2_000; run++) {
      List<Sample> all = new ArrayList<>();
      Instant at = Instant.EPOCH;
      double value = 1e9;
      for (int i = random.nextInt(33); i >= 0; i--) {
        at = at.plusMillis(1 + random.nextInt(random.nextBoolean() ? 100 : 1_500));
        value -= random.nextDouble() * 1e6 - 1e5;
        all.add(new Sample(Metric.MEMORY_AVAILABLE, value, at));
      }
      List<Sample> few = all.subList(Math.max(0, all.size() - 4), all.size());
      if (Fall.enough(few)) {
        enough++;
        assertThat(Fall.of(few)).isEqualTo(Fall.of(all));
      }
    }
    assertThat(enough).isBetween(200, 1_800);
  }
}
