package dev.healing.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Confidence;
import dev.healing.api.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BetaConfidenceTest {
  @Test
  void movesByAThirdWithTheFirstOutcome() {
    assertThat(BetaConfidence.of(Tally.first(Outcome.HEALED, Samples.NOW)).value())
        .isEqualTo(2 / 3.0);
    assertThat(BetaConfidence.of(Tally.first(Outcome.FAILED, Samples.NOW)).value())
        .isEqualTo(1 / 3.0);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNCHANGED", "WORSE", "FAILED"})
  void whatDidNotHealCountsOnce(Outcome outcome) {
    assertThat(BetaConfidence.of(Tally.first(outcome, Samples.NOW)).value()).isEqualTo(1 / 3.0);
  }

  @Test
  void whatNobodyCanKnowMovesNothing() {
    Confidence confidence = BetaConfidence.of(Tally.first(Outcome.AMBIGUOUS, Samples.NOW));

    assertThat(confidence.value()).isEqualTo(0.5);
    assertThat(confidence.attempts()).isEqualTo(1);
    assertThat(confidence.reason()).contains("1 not counted because nobody can know");
  }

  @Test
  void saysItsNumbers() {
    Tally tally =
        Tally.first(Outcome.HEALED, Samples.NOW)
            .plus(Outcome.HEALED, Samples.NOW)
            .plus(Outcome.UNCHANGED, Samples.NOW)
            .plus(Outcome.WORSE, Samples.NOW);

    assertThat(BetaConfidence.of(tally).reason())
        .isEqualTo(
            "on this problem it healed 2 of 4 attempts (1 unchanged, 1 worse): "
                + "(2 + 1) / (4 + 2) = 0.50; the last time, 2026-11-24T10:00:00Z, it was WORSE");
  }

  @Test
  void reachesTheCeilingWithThe18thSuccessInARowAndStaysThere() {
    Tally tally = Tally.first(Outcome.HEALED, Samples.NOW);
    for (int successes = 1; successes < 17; successes++) {
      tally = tally.plus(Outcome.HEALED, Samples.NOW);
    }
    assertThat(BetaConfidence.of(tally).value()).isLessThan(Confidence.MAX);

    tally = tally.plus(Outcome.HEALED, Samples.NOW).plus(Outcome.HEALED, Samples.NOW);

    assertThat(BetaConfidence.of(tally).value()).isEqualTo(Confidence.MAX);
    assertThat(BetaConfidence.of(tally).reason()).contains("0.95, taken as at most 0.95");
  }
}
