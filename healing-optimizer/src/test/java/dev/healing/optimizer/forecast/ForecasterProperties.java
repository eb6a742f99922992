package dev.healing.optimizer.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ForecasterProperties {
  private static final Duration HORIZON = Duration.ofHours(4);
  private static final int MOST_BYTES = 8192;

  /** Whatever follows, what was said before stays; and so it does if nobody asks. */
  @Property(tries = 20)
  void aForecastDependsOnNoLaterValueAndOnNoQuestion(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int known) {
    double[] values = values(seed, known + 500);
    Map<Integer, Forecast> asked = new HashMap<>();
    Forecaster all = new Forecaster(1);
    for (int i = 0; i < values.length; i++) {
      all.add(minute(i), values[i]);
      if (i % 50 == 0 || i == known - 1) {
        asked.put(i, all.forecast(minute(i), HORIZON));
      }
    }
    Forecaster first = new Forecaster(1);
    for (int i = 0; i < known; i++) {
      first.add(minute(i), values[i]);
    }
    assertThat(first.forecast(minute(known - 1), HORIZON)).isEqualTo(asked.get(known - 1));
  }

  /** With what it went through for the value before, and what we gave back meanwhile. */
  @Property(tries = 20)
  void anOutlookThatWasKeptSaysTheSameAsANewOne(
      @ForAll long seed, @ForAll @IntRange(max = 2000) int from) {
    Random random = new Random(seed);
    double[] values = values(seed, from + 200);
    Forecaster forecaster = new Forecaster(1);
    Outlook kept = forecaster.outlook();
    for (int i = 0; i < values.length; i++) {
      Instant at = i < from ? minute(i) : minute(from).plusSeconds(10L * (i - from));
      if (i > 0 && random.nextInt(50) == 0) {
        forecaster.gaveBack(random.nextDouble() * 0.2);
      }
      forecaster.add(at, values[i]);
      if (i >= from) {
        kept = forecaster.outlook(kept);
        Outlook anew = forecaster.outlook();
        assertThat(kept.forecast(at, HORIZON)).isEqualTo(anew.forecast(at, HORIZON));
        assertThat(kept.enough(at, HORIZON)).isEqualTo(anew.enough(at, HORIZON));
      }
    }
  }

  /** Gaps of any length, a clock that goes back, values of any size, and none at all. */
  @Property(tries = 100)
  void anyInputGivesASensibleForecast(
      @ForAll long seed, @ForAll @IntRange(max = 300) int magnitude) {
    Random random = new Random(seed);
    Forecaster forecaster = new Forecaster(Math.pow(10, random.nextInt(magnitude + 1) - 5));
    Instant at = random.nextInt(10) == 0 ? Instant.MIN.plusSeconds(1) : Instant.EPOCH;
    for (int i = 0; i < 600; i++) {
      long seconds = (long) Math.pow(10, random.nextInt(8)) * (random.nextInt(6) - 1);
      at = random.nextInt(200) == 0 ? Instant.MAX : clamped(at, seconds);
      forecaster.add(at, value(random, magnitude));
      if (i % 10 == 0) {
        Forecast forecast = forecaster.forecast(at, HORIZON.multipliedBy(1 + random.nextInt(500)));
        assertThat(forecast.probability()).isBetween(0.0, 1.0);
        forecast
            .time()
            .ifPresent(
                time -> {
                  assertThat(time.lower()).isBeforeOrEqualTo(time.at());
                  assertThat(time.at()).isBeforeOrEqualTo(time.upper());
                });
        assertThat(forecast.silence().isPresent() && forecast.reaches()).isFalse();
      }
    }
  }

  private static Instant clamped(Instant at, long seconds) {
    return at.getEpochSecond() + seconds > Instant.MAX.getEpochSecond()
            || at.getEpochSecond() + seconds < Instant.MIN.getEpochSecond()
        ? at
        : at.plusSeconds(seconds);
  }

  private static double value(Random random, int magnitude) {
    return switch (random.nextInt(12)) {
      case 0 -> Double.NaN;
      case 1 -> Double.NEGATIVE_INFINITY;
      case 2 -> Double.MAX_VALUE;
      case 3 -> 0;
      default -> random.nextGaussian() * Math.pow(10, random.nextInt(magnitude + 1) - 5);
    };
  }

  @Property(tries = 3)
  void aSeriesIsBounded(@ForAll long seed) throws IllegalAccessException {
    Forecaster forecaster = new Forecaster(1);
    double[] values = values(seed, 30_000);
    for (int i = 0; i < values.length; i++) {
      forecaster.add(minute(i), values[i]);
    }
    assertThat(bytes(forecaster)).isBetween(4000, MOST_BYTES);
  }

  /** All that it holds on to: fields count as eight bytes, objects and arrays as sixteen more. */
  private static int bytes(Object object) throws IllegalAccessException {
    Class<?> type = object.getClass();
    if (type.isArray()) {
      int size =
          type.getComponentType() == float.class || type.getComponentType() == int.class ? 4 : 8;
      return 16 + size * Array.getLength(object);
    }
    int bytes = 16;
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        bytes += 8;
        bytes += field.getType().isPrimitive() ? 0 : bytes(field.get(object));
      }
    }
    return bytes;
  }

  private static Instant minute(int minute) {
    return Instant.ofEpochSecond(60L * minute);
  }

  /** Climbs, falls, plateaus and noise, mixed, below the limit or above. */
  private static double[] values(long seed, int count) {
    Random random = new Random(seed);
    double[] values = new double[count];
    double level = random.nextDouble();
    double slope = 0;
    for (int i = 0; i < count; i++) {
      if (random.nextInt(200) == 0) {
        slope = random.nextGaussian() * 0.002;
      }
      if (random.nextInt(500) == 0) {
        level = random.nextDouble();
      }
      level = Math.max(0, Math.min(1.1, level + slope));
      values[i] = level + 0.002 * random.nextGaussian();
    }
    return values;
  }
}
