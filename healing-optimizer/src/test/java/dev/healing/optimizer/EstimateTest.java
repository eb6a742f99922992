package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EstimateTest {
  @Test
  void numbersAreRoundedAsByTheFormatter() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double fraction = i < 2_100 ? i / 2_000.0 : random.nextDouble() * (i % 3 == 0 ? 1 : 1e-3);
      assertThat(Estimate.percent(fraction)).isEqualTo(formatted(fraction * 100) + " %");
    }
    for (double fraction : new double[] {0, 1, -0.25, 12.3456, 1e9, 0.9995, 0.00049999999999}) {
      assertThat(Estimate.percent(fraction)).isEqualTo(formatted(fraction * 100) + " %");
    }
    for (double mib : new double[] {1, 1.05, 1.15, 1.25, 1023.95, 1023.9499}) {
      assertThat(Estimate.bytes(mib * (1 << 20))).isEqualTo(formatted(mib) + " MiB");
    }
    assertThat(Estimate.bytes(1023)).isEqualTo("1023 B");
  }

  private static String formatted(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }
}
