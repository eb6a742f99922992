package dev.healing.learning.anomaly;

import static dev.healing.learning.anomaly.Series.DAY_ROWS;
import static dev.healing.learning.anomaly.Series.daily;
import static dev.healing.learning.anomaly.Series.noise;
import static dev.healing.learning.anomaly.Series.of;
import static dev.healing.learning.anomaly.Series.scores;
import static dev.healing.learning.anomaly.Series.told;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SurpriseTest {
  private static final int ROWS = 4000;
  private static final int WHEN = 3000;
  private static final int SEEDS = 10;

  /** In how many of the seeds something is told within so many rows of {@code WHEN}. */
  private static int caught(int within, LongFunction<double[]> series) {
    int caught = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Integer> told = told(series.apply(seed));
      caught += told.stream().anyMatch(row -> row >= WHEN && row < WHEN + within) ? 1 : 0;
    }
    return caught;
  }

  private static double[] from(int row, double[] values, double more) {
    return of(values.length, i -> values[i] + (i >= row ? more : 0));
  }

  @Test
  void aSpikeIsTold() {
    assertThat(caught(3, seed -> withSpike(daily(ROWS, seed)))).isGreaterThanOrEqualTo(9);
    assertThat(caught(3, seed -> daily(ROWS, seed))).as("the same without").isLessThanOrEqualTo(1);
  }

  private static double[] withSpike(double[] values) {
    values[WHEN] += 15;
    return values;
  }

  @Test
  void aNewLevelIsToldAndThenLearned() {
    assertThat(caught(50, seed -> from(WHEN, noise(ROWS, seed), 4))).isEqualTo(SEEDS);
    assertThat(caught(50, seed -> noise(ROWS, seed))).as("without").isLessThanOrEqualTo(2);
    int late = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Integer> told = told(from(WHEN, noise(3 * ROWS, seed), 4));
      late += (int) told.stream().filter(row -> row > WHEN + 1000).count();
    }
    assertThat(late).as("told in 80,000 rows at the new level").isLessThan(30);
  }

  @Test
  void aBreakOfTheDailyRhythmIsTold() {
    // What is usual at noon comes at midnight: no value that was not there every day.
    assertThat(caught(DAY_ROWS, seed -> inverted(daily(ROWS, seed)))).isGreaterThanOrEqualTo(9);
    assertThat(caught(DAY_ROWS, seed -> daily(ROWS, seed))).as("without").isLessThanOrEqualTo(2);
  }

  private static double[] inverted(double[] values) {
    return of(values.length, i -> i >= WHEN && i < WHEN + DAY_ROWS ? -values[i] : values[i]);
  }

  @Test
  void moreUnrestIsTold() {
    assertThat(caught(100, seed -> louder(noise(ROWS, seed)))).isGreaterThanOrEqualTo(9);
    assertThat(caught(100, seed -> noise(ROWS, seed))).as("without").isLessThanOrEqualTo(2);
  }

  private static double[] louder(double[] values) {
    return of(values.length, i -> i >= WHEN ? 4 * values[i] : values[i]);
  }

  /** The promise that makes series comparable: it does not matter how the values are spread. */
  @ParameterizedTest
  @ValueSource(strings = {"normal", "even", "skewed", "wandering", "rising", "rare"})
  void falseAlarmsAreRareWhateverTheDistribution(String kind) {
    int alarms = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      alarms += told(ofKind(kind, seed)).size();
    }
    assertThat(alarms).as("alarms in 80,000 rows in which nothing is wrong").isLessThan(80);
  }

  private static double[] ofKind(String kind, long seed) {
    Random random = new Random(seed);
    double[] walk = {0};
    return of(
        2 * ROWS,
        i ->
            switch (kind) {
              case "normal" -> random.nextGaussian();
              case "even" -> random.nextDouble();
              case "skewed" -> Math.exp(1.5 * random.nextGaussian());
              case "wandering" -> walk[0] += random.nextGaussian();
              case "rising" -> 0.01 * i + random.nextGaussian();
              default -> random.nextInt(50) == 0 ? 1 : 0;
            });
  }

  /**
   * As after millions of rows of one value: how far off it usually is has become next to nothing.
   */
  @Test
  void whatHasHardlyEverChangedIsStillScored() {
    double[] values = new double[400];
    values[100] = Double.MIN_NORMAL;
    Arrays.fill(values, 200, 400, 5);
    for (double score : scores(values)) {
      assertThat(score).isBetween(0.0, 1.0);
    }
  }

  @Test
  void anEpisodeIsToldOnce() {
    double[] values = noise(ROWS, 1);
    for (int i = WHEN; i < WHEN + 40; i++) {
      values[i] += 20 + i - WHEN;
    }
    assertThat(told(values).stream().filter(row -> row >= WHEN && row < WHEN + 100)).hasSize(1);
  }

  @Test
  void aSmallAlarmDoesNotHideTheGreatOneAfterIt() {
    double[] values = noise(ROWS, 1);
    values[WHEN] += 6;
    values[WHEN + 20] += 1000;
    assertThat(told(values)).contains(WHEN, WHEN + 20);
  }

  @Test
  void isSilentWhileItWarmsUp() {
    double[] values = noise(159, 2);
    values[100] = 1e6;
    values[150] = -1e9;
    assertThat(scores(values)).containsOnly(0);
    assertThat(scores(Duration.ofHours(1), values)).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 5, -1e9})
  void whatNeverChangesIsNotStrange(double value) {
    double[] values = of(10_000, i -> value);
    assertThat(scores(values)).containsOnly(0);
    assertThat(scores(Duration.ofHours(1), values)).containsOnly(0);
  }

  @Test
  void theFirstChangeOfWhatNeverChangedIsTold() {
    assertThat(told(of(1000, i -> i < 900 ? 5 : 6))).contains(900);
  }

  @Test
  void theLargestNumbersBreakNothing() {
    double[] values = noise(2000, 3);
    values[500] = Double.MAX_VALUE;
    values[501] = -Double.MAX_VALUE;
    values[502] = Double.MIN_VALUE;
    assertThat(Arrays.stream(scores(values)).boxed()).allMatch(score -> score >= 0 && score <= 1);
  }

  @Test
  void aSeriesTakesThirtyTwoKilobytesAtMostHoweverLongItIs() {
    Surprise scorer = new Surprise();
    double[] values = daily(20_000, 4);
    int early = 0;
    for (int i = 0; i < values.length; i++) {
      scorer.score(Series.at(i), values[i]);
      early = i == 1000 ? bytes(scorer) : early;
    }
    assertThat(bytes(scorer)).isEqualTo(early).isBetween(4_000, 32_000);
  }

  /** What it takes, roughly: 16 for an object, 8 for each field and element. */
  private static int bytes(Object object) {
    if (object instanceof double[] array) {
      return 16 + 8 * array.length;
    }
    if (object instanceof long[] array) {
      return 16 + 8 * array.length;
    }
    if (object instanceof int[] array) {
      return 16 + 4 * array.length;
    }
    if (object instanceof Object[] array) {
      return 16 + Arrays.stream(array).mapToInt(element -> 8 + bytes(element)).sum();
    }
    assertThat(object.getClass().getPackage()).isEqualTo(Surprise.class.getPackage());
    int bytes = 16;
    for (Field field : object.getClass().getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        bytes += 8 + (field.getType().isPrimitive() ? 0 : bytes(value(field, object)));
      }
    }
    return bytes;
  }

  private static Object value(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
