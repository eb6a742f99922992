package dev.healing.optimizer.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.optimizer.forecast.Forecast.Silence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each regime on a series of its own: a value a minute, noise of a thousandth. */
class ForecasterTest {
  private static final int DAY = 1440;
  private static final Duration HORIZON = Duration.ofHours(4);

  private final Forecaster forecaster = new Forecaster(1);
  private final Random random = new Random(1);
  private int minute;

  private static Instant at(int minute) {
    return Instant.ofEpochSecond(60L * minute);
  }

  private Forecast forecast() {
    return forecaster.forecast(at(minute - 1), HORIZON);
  }

  /** Adds minutes until there are so many. */
  private Forecast until(int end, IntToDoubleFunction curve) {
    for (; minute < end; minute++) {
      forecaster.add(at(minute), curve.applyAsDouble(minute) + 0.001 * random.nextGaussian());
    }
    return forecast();
  }

  /** The minutes at which it is told, of those asked every ten. */
  private List<Integer> told(int end, IntToDoubleFunction curve) {
    List<Integer> told = new ArrayList<>();
    while (minute < end) {
      if (until(minute + 10, curve).reaches()) {
        told.add(minute);
      }
    }
    return told;
  }

  private double minutesLeft(Forecast forecast) {
    return Duration.between(at(minute - 1), forecast.time().orElseThrow().at()).toMinutes();
  }

  /** Full at the top of the fifth day. */
  private static double leakUnderACycle(int minute) {
    return 0.3 + 0.12 * minute / DAY + 0.1 * Math.sin(2 * Math.PI * minute / DAY);
  }

  @Test
  void aLeakUnderACycleIsToldOnTheRightDay() {
    int full = 0;
    while (leakUnderACycle(full) < 1) {
      full++;
    }
    assertThat(until(full - 240, ForecasterTest::leakUnderACycle).time()).isPresent();
    assertThat(minutesLeft(forecast())).isBetween(120.0, 480.0);
    assertThat(told(full - 15, ForecasterTest::leakUnderACycle)).isNotEmpty();
  }

  @Test
  void aDayOrNightIsNoLeak() {
    assertThat(told(5 * DAY, m -> 0.6 + 0.3 * Math.sin(2 * Math.PI * m / DAY))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 700, DAY})
  void aRotationOrCollectionThatComesIsKnown(int period) {
    assertThat(told(5 * DAY, m -> 0.5 + 0.45 * (m % period) / period).stream())
        .as("after what was the first, of which nothing can be known")
        .noneMatch(minute -> minute > 2 * DAY);
  }

  @Test
  void aFloorThatRisesUnderAHeapIsTold() {
    IntToDoubleFunction heap = m -> 0.2 + 0.12 * m / DAY + 0.2 * (m % 50) / 50;
    int full = 5 * DAY - 30;
    until(full - 240, heap);
    assertThat(told(full - 15, heap)).isNotEmpty();
  }

  @Test
  void aPlateauIsNotTold() {
    IntToDoubleFunction step = m -> m < 2 * DAY ? 0.4 : 0.94;
    assertThat(told(4 * DAY, step)).isEmpty();
  }

  @Test
  void aBurstAsThereWasNoneIsToldInTimeAndNotBefore() {
    int begin = 3 * DAY;
    IntToDoubleFunction burst = m -> 0.3 + Math.max(0, m - begin) * 0.7 / 180;
    List<Integer> told = told(begin + 170, burst);
    assertThat(told).isNotEmpty();
    assertThat(told.get(0)).isBetween(begin + 60, begin + 160);
    assertThat(minutesLeft(forecast())).isBetween(5.0, 20.0);
  }

  @Test
  void aBurstThatEndsEarlyIsNotTold() {
    int begin = 3 * DAY;
    IntToDoubleFunction burst =
        m -> m < begin || m > begin + 180 ? 0.3 : 0.3 + (m - begin) * 0.3 / 180;
    assertThat(told(4 * DAY, burst)).isEmpty();
  }

  @Test
  void whatSaturatesIsNotTold() {
    assertThat(told(6 * DAY, m -> 0.1 + 0.84 * (1 - Math.exp(-m / 900.0))).stream())
        .noneMatch(minute -> minute > DAY);
  }

  @Test
  void whatOnlyEverGrowsByStepsIsToldBeforeTheLast() {
    IntToDoubleFunction steps = m -> 0.2 + 0.1 * (m / 600);
    assertThat(until(4750, steps).reaches()).isTrue(); // the last is at 4800
  }

  @Test
  void resetsAndMissingSamplesChangeLittle() {
    for (; minute < 6000; minute++) {
      boolean reset = minute % 1000 < 3;
      if (minute % 7 != 0 && minute / 100 % 13 != 5) {
        forecaster.add(at(minute), reset ? 0 : 0.4 + 0.59 * minute / 6000);
      }
    }
    assertThat(forecast().reaches()).isTrue();
    assertThat(minutesLeft(forecast())).isBetween(50.0, 200.0);
  }

  @Test
  void whatIsFullIsFullNow() {
    Forecast full = until(300, m -> m < 290 ? 0.5 : 1.2);
    assertThat(full.reaches()).isTrue();
    assertThat(full.probability()).isEqualTo(1);
    assertThat(full.time().orElseThrow().upper()).isEqualTo(at(299));
  }

  @Test
  void silenceHasAReason() {
    assertThat(forecast().silence()).contains(Silence.NEW);
    assertThat(until(100, m -> 0.5).silence()).contains(Silence.NEW);
    assertThat(until(1000, m -> 0.5).silence()).isEmpty();
    assertThat(forecaster.forecast(at(1000 + 361), HORIZON).silence()).contains(Silence.OLD);
  }

  @Test
  void theTimeThatPassesWithoutASampleIsPassed() {
    until(4 * DAY, m -> 0.2 + 0.76 * m / (4.0 * DAY));
    double before = minutesLeft(forecast());
    minute += 60;
    assertThat(minutesLeft(forecast())).isBetween(before - 61, before - 59);
  }

  @Test
  void aSeriesIsInAnyUnit() {
    Forecaster bytes = new Forecaster(8e9);
    for (int i = 0; i < 3 * DAY; i++) {
      double used = 0.2 + 0.78 * i / (3.0 * DAY);
      bytes.add(at(i), 8e9 * used);
      forecaster.add(at(i), used);
    }
    assertThat(bytes.forecast(at(3 * DAY), HORIZON))
        .isEqualTo(forecaster.forecast(at(3 * DAY), HORIZON));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void whatIsNoLimit(double limit) {
    assertThatThrownBy(() -> new Forecaster(limit)).hasMessageContaining("a positive number");
  }
}
