package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CountersTest {
  private static final Metric COUNT = Metric.of("some.count");
  private static final Instant START = VirtualTime.START;

  @Test
  void isToldWithTheInstantOfItsLastChange() {
    Counters counters = new Counters();
    counters.note(COUNT, 3, START);
    assertThat(counters.note(COUNT, 3, START.plusSeconds(9)).at()).isEqualTo(START);
    assertThat(counters.note(COUNT, 4, START.plusSeconds(10)).at())
        .isEqualTo(START.plusSeconds(10));
    counters.forget(COUNT);
    assertThat(counters.all()).isEmpty();
  }

  @Test
  void whatIsDatedInTheFutureSinceTheClockWasSetBackIsOfNow() {
    Counters counters = new Counters();
    Instant future = START.plus(Duration.ofDays(400));
    counters.note(COUNT, 3, future);
    assertThat(counters.note(COUNT, 3, START).at()).isEqualTo(START);
    assertThat(counters.note(COUNT, 3, START.plusSeconds(1)).at()).isEqualTo(START);
  }

  @Test
  void namesThatComeAndGoAreNotCollectedForEver() {
    Counters counters = new Counters();
    counters.note(COUNT, 1, START.minusSeconds(1));
    for (int i = 0; i < 10_000; i++) {
      counters.note(Metric.of("some.count", "run-" + i), 1, START.plusSeconds(i));
    }
    assertThat(counters.all()).hasSizeBetween(1, 1000);
    assertThat(counters.last(Metric.of("some.count", "run-9001"))).hasValue(1);
    assertThat(counters.last(COUNT)).isEmpty();
  }

  @Test
  void onlyWhatChangedWithinTheLongestWindowIsToldAndTheNewestOfMany() {
    Counters counters = new Counters();
    for (int i = 0; i < 1000; i++) {
      counters.note(Metric.of("some.count", "run-" + i), 1, START.plusSeconds(i));
    }
    assertThat(counters.lately(START.plusSeconds(1000)))
        .hasSize(100)
        .allSatisfy(sample -> assertThat(sample.at()).isAfter(START.plusSeconds(899)));
    Instant dayAfter = START.plusSeconds(997).plus(Duration.ofDays(1));
    assertThat(counters.lately(dayAfter))
        .extracting(sample -> sample.metric().component())
        .containsExactly("run-999", "run-998");
    counters.note(Metric.of("some.count", "run-998"), 1, dayAfter);
    assertThat(counters.lately(dayAfter.plusSeconds(1))).as("no change").hasSize(1);
  }

  @Test
  void whatItGrewByIsTheSumOfItsStepsInTheWindow() {
    HostState state =
        HostStates.now().recent(COUNT, Duration.ofMinutes(1), 7, 9, 12, 2, 2, 3).build();
    assertThat(Counters.grown(state, COUNT, Duration.ofSeconds(30))).isEqualTo(1);
    assertThat(Counters.grown(state, COUNT, Duration.ofMinutes(3))).as("anew").isEqualTo(3);
    assertThat(Counters.grown(state, COUNT, Duration.ofSeconds(181))).isEqualTo(6);
    assertThat(Counters.grown(state, COUNT, Duration.ofHours(1))).isEqualTo(8);
    assertThat(Counters.grown(state, Metric.of("other"), Duration.ofHours(1))).isZero();
  }
}
