package dev.healing.actions.nixos.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What is a leak and what only looks like one. */
class LeakTest {
  private static final double MIB = 1 << 20;
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final Metric METRIC = Metric.of(Metric.SERVICE_MEMORY, "app.service");

  private static List<Sample> samples(int count, IntToDoubleFunction mebibytes) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Instant at = VirtualTime.START.plusSeconds(15L * i);
      samples.add(new Sample(METRIC, mebibytes.applyAsDouble(i) * MIB, at));
    }
    return samples;
  }

  private static Optional<Leak> leak(List<Sample> samples) {
    return Leak.of("app.service", samples, WINDOW, 100 * MIB);
  }

  @Test
  void whatGrowsAllTheTimeIsALeakWhateverWasBefore() {
    // It was calm for hours, and grows by 5 MiB each quarter of a minute since.
    Leak leak = leak(samples(200, i -> 300 + 5 * Math.max(0, i - 100))).orElseThrow();
    assertThat(leak.bytesPerSecond() / MIB).isBetween(0.33, 0.34);
    assertThat(leak.over()).isEqualTo(WINDOW);
    assertThat(leak.toBytes() - leak.fromBytes()).isEqualTo(200 * MIB);
    assertThat(leak.inWords((long) (400 * MIB)))
        .isEqualTo(
            "grew by 341 KiB a second over 10 min, from 595.0 MiB to 795.0 MiB; at this pace memory"
                + " ends in 20 min");
  }

  @Test
  void whatOnlyLooksLikeOneIsNone() {
    assertThat(leak(samples(60, i -> 900))).as("much, and no more").isEmpty();
    assertThat(leak(samples(60, i -> 900 - 5 * i))).as("it shrinks").isEmpty();
    assertThat(leak(samples(60, i -> 300 + 2 * i))).as("too little").isEmpty();
    assertThat(leak(samples(60, i -> i < 40 ? 300 : 900))).as("one step").isEmpty();
    assertThat(leak(samples(60, i -> i < 22 ? 100 + 20 * i : 540))).as("a start").isEmpty();
    assertThat(leak(samples(60, i -> 1000 - 900 * Math.exp(-i / 12.0)))).as("it fills").isEmpty();
    assertThat(leak(samples(60, i -> 300 + 40 * (i % 20)))).as("collected garbage").isEmpty();
    assertThat(leak(samples(60, i -> i > 55 ? 300 : 300 + 9 * i))).as("restarted").isEmpty();
  }

  @Test
  void whatWasWatchedTooShortlyOrWithGapsIsNotJudged() {
    assertThat(leak(List.of())).isEmpty();
    assertThat(leak(samples(35, i -> 300 + 20 * i))).as("8.5 of 10 minutes").isEmpty();
    assertThat(leak(samples(37, i -> 300 + 20 * i))).isPresent();
    List<Sample> gap = new ArrayList<>(samples(60, i -> 300 + 20 * i));
    gap.subList(30, 42).clear();
    assertThat(leak(gap)).as("it was gone for three minutes").isEmpty();
    List<Sample> clock = new ArrayList<>(samples(60, i -> 300 + 20 * i));
    clock.replaceAll(
        s -> s.value() < 1000 * MIB ? new Sample(METRIC, s.value(), s.at().plusSeconds(30)) : s);
    assertThat(leak(clock)).as("the clock was set back").isEmpty();
  }

  @Test
  void anOddSampleChangesNothing() {
    for (int sample = 2; sample <= 37; sample++) {
      int odd = sample;
      Leak leak = leak(samples(41, i -> 300 + 20 * i + (i == odd ? 3000 : i % 3))).orElseThrow();
      assertThat(leak.bytesPerSecond() / MIB).as("sample %s", odd).isBetween(1.25, 1.42);
    }
  }
}
