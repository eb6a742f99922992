package dev.healing.learning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeliefTest {
  /** Exact quantiles, from the closed forms for a = 1 or b = 1 and from tables. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 0.05, 0.95",
    "2, 1, 0.2236, 0.9747",
    "1, 2, 0.0253, 0.7764",
    "19, 1, 0.8541, 0.9973",
    "1, 9, 0.0057, 0.2831",
    "5, 5, 0.2514, 0.7486",
    "8, 4, 0.4356, 0.8649",
  })
  void boundsAreThoseOfABetaDistribution(double a, double b, double lower, double upper) {
    double mean = a / (a + b);
    Belief belief = new Belief(mean, mean * (1 - mean) / (a + b + 1));

    assertThat(belief.lower()).isBetween(lower - 0.05, lower + 0.01);
    assertThat(belief.upper()).isBetween(upper - 0.01, upper + 0.07);
    assertThat(belief.value()).isLessThanOrEqualTo(0.95);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "1e-9, 1e-3", "0.5, 0.25", "0.999999, 1e-12", "0.02, 0.0001"})
  void boundsAreInOrderWhateverComes(double mean, double variance) {
    Belief belief = new Belief(mean, variance);

    assertThat(belief.lower()).isBetween(0.0, belief.value());
    assertThat(belief.upper()).isBetween(belief.value(), 1.0);
  }
}
