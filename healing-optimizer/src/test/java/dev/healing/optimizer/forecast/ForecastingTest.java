package dev.healing.optimizer.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A few of the traces that the benchmark has many of. */
class ForecastingTest {
  private static Score score(boolean heldBack) {
    List<Trace> traces = Forecasting.traces(48, 70_000, heldBack);
    Score score = new Score();
    traces.forEach(trace -> score.add(Score.of(trace, Ours::new)));
    return score;
  }

  @Test
  void whatFillsIsToldAndWhatDoesNotIsNot() {
    Score score = score(false);
    assertThat(score.caughtFraction()).as("%s", score).isGreaterThan(0.9);
    assertThat(score.healthyToldFraction()).as("%s", score).isLessThan(0.15);
  }

  @Test
  void soItIsForKindsThatNothingWasChosenBy() {
    Score score = score(true);
    assertThat(score.caughtFraction()).as("%s", score).isGreaterThan(0.85);
    assertThat(score.healthyToldFraction()).as("%s", score).isLessThan(0.2);
  }
}
