package dev.healing.learning.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SurpriseProperties {
  /** Whatever follows, of whatever length and size, what was said before stays. */
  @Property(tries = 50)
  void aScoreDependsOnNoLaterRow(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 1200) int known) {
    double[] one = values(seed, 1500);
    double[] other = Arrays.copyOf(one, known + 300);
    for (int i = known; i < other.length; i++) {
      other[i] = 1e9 * i;
    }
    assertThat(Arrays.copyOf(Series.scores(other), known))
        .containsExactly(Arrays.copyOf(Series.scores(one), known))
        .containsExactly(Series.scores(Arrays.copyOf(one, known)));
  }

  /** Gaps of any length, rows of the same instant, values of any size and spread. */
  @Property(tries = 50)
  void aScoreIsFromZeroToOne(@ForAll long seed, @ForAll @IntRange(max = 300) int magnitude) {
    Random random = new Random(seed);
    Surprise scorer = new Surprise();
    Instant at = Instant.EPOCH;
    for (int i = 0; i < 1000; i++) {
      at = at.plusSeconds(random.nextInt(5) == 0 ? random.nextInt(1_000_000) : random.nextInt(2));
      double value = random.nextGaussian() * Math.pow(10, random.nextInt(magnitude + 1));
      assertThat(scorer.score(at, value)).isBetween(0.0, 1.0);
    }
  }

  /** Jumps, plateaus, steps and noise, mixed. */
  private static double[] values(long seed, int rows) {
    Random random = new Random(seed);
    double[] level = {0};
    return Series.of(
        rows,
        i -> {
          if (random.nextInt(100) == 0) {
            level[0] = random.nextInt(20);
          }
          return random.nextInt(4) == 0 ? level[0] : level[0] + random.nextGaussian();
        });
  }
}
