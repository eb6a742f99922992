package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextsTest {
  private static String formatted(double fraction) {
    return String.format(Locale.ROOT, "%.1f", fraction * 100).replaceFirst("\\.0$", "") + "%";
  }

  @Test
  void percentIsRoundedAsByTheFormatter() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double fraction = i < 2_100 ? i / 2_000.0 : random.nextDouble() * (i % 3 == 0 ? 1 : 1e-3);
      assertThat(Texts.percent(fraction)).isEqualTo(formatted(fraction));
    }
    for (double fraction : new double[] {0, 1, -0.25, 12.3456, 1e9, 0.9995, 0.00049999999999}) {
      assertThat(Texts.percent(fraction)).isEqualTo(formatted(fraction));
    }
  }
}
