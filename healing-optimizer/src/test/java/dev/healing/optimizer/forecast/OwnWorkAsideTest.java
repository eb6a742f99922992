package dev.healing.optimizer.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.healing.api.ActionId;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Two days at 0.3, then a leak of 0.06 an hour; a value a minute. */
class OwnWorkAsideTest {
  private static final Metric METRIC = Metric.of(Metric.FILESYSTEM_USED, "/var");
  private static final Duration HORIZON = Duration.ofHours(4);
  private static final int BEGINS = 2 * 1440;
  private static final int CLEANED = BEGINS + 8 * 60;

  private final Forecaster forecaster = new Forecaster(1);
  private final OwnWorkAside learner = new OwnWorkAside(forecaster);

  private static Instant at(int minute) {
    return Instant.ofEpochSecond(60L * minute);
  }

  private static double leak(int minute) {
    return 0.3 + 0.001 * Math.max(0, minute - BEGINS);
  }

  private static OwnAction cleaning(Optional<Instant> ended) {
    return new OwnAction(
        IssueType.DISK_FULL,
        ActionId.CLEAN_DISK,
        "/var",
        new TreeSet<>(List.of("/var")),
        at(CLEANED),
        at(CLEANED),
        ended,
        Optional.empty());
  }

  private void add(int minute, double value, List<OwnAction> own) {
    learner.add(new Sample(METRIC, value, at(minute)), own);
  }

  /** Cleaned by 0.4 within ten minutes, and on for six hours. */
  private Forecast after(List<OwnAction> known) {
    for (int minute = 0; minute < CLEANED; minute++) {
      add(minute, leak(minute), List.of());
    }
    for (int minute = CLEANED; minute < CLEANED + 8 * 60; minute++) {
      double gone = Math.min(0.4, 0.04 * (minute - CLEANED));
      add(minute, leak(minute) - gone, known);
    }
    return forecaster.forecast(at(CLEANED + 8 * 60 - 1), HORIZON);
  }

  @Test
  void whatWeGaveBackIsNoFallOfItsOwn() {
    Forecast forecast = after(List.of(cleaning(Optional.of(at(CLEANED + 10)))));
    assertThat(forecast.reaches()).as("%s", forecast).isTrue();
    double left =
        Duration.between(at(CLEANED + 8 * 60 - 1), forecast.time().get().at()).toMinutes();
    assertThat(left).isCloseTo(140, within(60.0));
  }

  @Test
  void notKnowingThatItWouldLookLikeARotation() {
    assertThat(after(List.of()).reaches()).isFalse();
  }

  @Test
  void whileItIsAtWorkNothingIsLearned() {
    for (int minute = 0; minute < CLEANED; minute++) {
      add(minute, leak(minute), List.of());
    }
    Instant before = learner.learnedAt();
    add(CLEANED + 5, 0.5, List.of(cleaning(Optional.empty())));
    assertThat(learner.learnedAt()).isEqualTo(before);
    add(CLEANED + 12, 0.4, List.of(cleaning(Optional.of(at(CLEANED + 10)))));
    assertThat(learner.learnedAt()).isEqualTo(at(CLEANED + 12));
  }

  @Test
  void whatWeGaveBackIsNoMeritOfAWrongForecast() {
    Trust trust = new Trust();
    trust.said(0, 0.7, true);
    trust.gaveBack(0.4);
    trust.add(3_600, 0.62); // 1.02 without us
    assertThat(trust.timesRight()).isEqualTo(1);
    trust.said(7_200, 0.5, true);
    trust.add(7_200 + 8 * 3_600, 0.5);
    assertThat(trust.timesWrong()).isEqualTo(1);
  }

  @Test
  void enoughIsEnoughAndNoMore() {
    for (int minute = 0; minute < BEGINS + 590; minute++) {
      add(minute, leak(minute), List.of());
    }
    Instant now = learner.learnedAt();
    assertThat(forecaster.forecast(now, HORIZON).reaches()).isTrue();
    double enough = forecaster.outlook().enough(now, HORIZON);
    assertThat(enough).isBetween(0.01, 0.5);
    forecaster.gaveBack(enough + 0.005);
    assertThat(forecaster.forecast(now, HORIZON).reaches()).isFalse();
  }

  @Test
  void lessIsNotEnough() {
    for (int minute = 0; minute < BEGINS + 590; minute++) {
      add(minute, leak(minute), List.of());
    }
    Instant now = learner.learnedAt();
    forecaster.gaveBack(forecaster.outlook().enough(now, HORIZON) * 0.8);
    assertThat(forecaster.forecast(now, HORIZON).reaches()).isTrue();
  }
}
