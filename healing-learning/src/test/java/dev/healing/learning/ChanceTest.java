package dev.healing.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChanceTest {
  @Test
  void gapsOfIndependentEventsVarySoLittleAsOftenAsItSays() {
    SplittableRandom random = new SplittableRandom(1);
    for (int gaps : new int[] {5, 8, 12}) {
      double variation = 1 / Math.sqrt(gaps - 1); // where it is still exact
      int fewer = 0;
      int runs = 100_000;
      for (int run = 0; run < runs; run++) {
        Gaps some = new Gaps();
        for (int i = 0; i < gaps; i++) {
          some.count(Calendar.gap(1, random));
        }
        fewer += some.count() == gaps && some.variation() <= variation ? 1 : 0;
      }
      double chance = Chance.ofGaps(gaps, variation);
      assertThat(fewer / (double) runs).isCloseTo(chance, within(5 * Math.sqrt(chance / runs)));
    }
  }

  @Test
  void tailsOfTheBinomialDistributionAreThose() {
    assertThat(Chance.ofAtLeast(0, 10, 0.3)).isCloseTo(1, within(1e-9));
    assertThat(Chance.ofAtLeast(10, 10, 0.5)).isCloseTo(Math.pow(0.5, 10), within(1e-12));
    assertThat(Chance.ofAtLeast(2, 3, 0.5)).isCloseTo(0.5, within(1e-9));
    assertThat(Chance.ofAtLeast(3, 20, 0.04)).isCloseTo(0.04387, within(1e-4));
  }
}
