package dev.healing.core.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.healing.api.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TEN = Duration.ofSeconds(10);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** A whole number, different for a while, and exact when read back. */
  private static final LongToDoubleFunction WAVE = second -> second % 3_001;

  private final Recorded recorded = new Recorded();

  private Points points(Duration since, Duration step) {
    return recorded
        .history()
        .points(Recorded.CPU, recorded.now().minus(since), recorded.now(), step);
  }

  private static void assertWave(Points points, int i) {
    long begin = points.at(i).getEpochSecond();
    double lowest = Double.MAX_VALUE;
    double highest = 0;
    double sum = 0;
    for (long second = begin; second < begin + points.step().toSeconds(); second++) {
      lowest = Math.min(lowest, WAVE.applyAsDouble(second));
      highest = Math.max(highest, WAVE.applyAsDouble(second));
      sum += WAVE.applyAsDouble(second);
    }
    assertThat(points.lowest(i)).as("%s", points.at(i)).isEqualTo(lowest);
    assertThat(points.highest(i)).as("%s", points.at(i)).isEqualTo(highest);
    double average = sum / points.step().toSeconds();
    assertThat(points.average(i))
        .as("%s", points.at(i))
        .isCloseTo(average, within(average * History.PRECISION));
  }

  @Test
  void everySecondOfTheLastDayAndCoarserWhatIsOlder() {
    recorded.run(Duration.ofHours(60), SECOND, WAVE, Recorded.CPU);
    recorded.writer().close();

    Points day = points(DAY, SECOND);
    assertThat(day.size()).isEqualTo(86_400);
    Points all = points(Duration.ofHours(60), TEN);
    assertThat(all.size()).isEqualTo(21_600);
    Points hours = points(Duration.ofHours(60), Duration.ofHours(1));
    assertThat(hours.size()).isEqualTo(60);
    Points coarse = points(Duration.ofHours(60), MINUTE);
    assertThat(coarse.size()).isEqualTo(3_600);
    for (Points points : List.of(day, all, hours, coarse)) {
      for (int i = 0; i < points.size(); i += 7) {
        assertWave(points, i);
      }
      assertThat(points.damaged()).isEmpty();
    }

    Points fine = points(Duration.ofHours(60), SECOND);
    assertThat(fine.at(0)).isEqualTo(Recorded.START);
    assertThat(Duration.between(fine.at(0), fine.at(1))).isEqualTo(TEN);
    assertThat(Duration.between(fine.at(fine.size() - 2), fine.at(fine.size() - 1)))
        .isEqualTo(SECOND);
  }

  @Test
  void whereNothingWasMeasuredThereIsNoPoint() {
    recorded.run(MINUTE, SECOND, WAVE, Recorded.CPU, Recorded.DISK);
    recorded.run(MINUTE, SECOND, WAVE, Recorded.DISK);
    recorded.pass(Duration.ofHours(3)); // not even running
    recorded.run(MINUTE, SECOND, WAVE, Recorded.CPU, Recorded.DISK);
    recorded.writer().close();

    Points cpu = points(Duration.ofHours(4), SECOND);
    assertThat(cpu.size()).isEqualTo(120);
    assertThat(cpu.at(59)).isEqualTo(Recorded.START.plusSeconds(59));
    assertThat(cpu.at(60)).isEqualTo(Recorded.START.plusSeconds(3 * 3_600 + 120));
    assertThat(points(Duration.ofHours(4), Duration.ofHours(1)).size()).isEqualTo(2);
    assertThat(recorded.history().points(Metric.LOAD, Recorded.START, recorded.now(), TEN).size())
        .isZero();
  }

  @Test
  void allSeriesAreToldWithTheirNewestValue() {
    recorded.run(Duration.ofHours(30), TEN, WAVE, Recorded.CPU, Recorded.DISK);
    recorded.run(Duration.ofHours(1), TEN, second -> 0.25, Recorded.CPU);
    recorded.writer().close();

    List<Series> series = recorded.history().series();
    assertThat(series).extracting(Series::metric).containsExactly(Recorded.CPU, Recorded.DISK);
    assertThat(series.get(0).newest()).isEqualTo(0.25);
    assertThat(series).extracting(Series::first).containsOnly(Recorded.START);
    assertThat(series.get(0).last()).isEqualTo(recorded.now().minus(TEN));
    Instant before = recorded.now().minus(Duration.ofHours(1)).minus(TEN);
    assertThat(series.get(1).last()).isEqualTo(before);
    assertThat(series.get(1).newest()).isEqualTo(WAVE.applyAsDouble(before.getEpochSecond()));
  }

  @Test
  void aClockThatJumpsLosesNothingOfBefore() {
    recorded.run(Duration.ofHours(5), TEN, second -> 1, Recorded.CPU);
    recorded.jump(Duration.ofDays(-3_650)); // no clock at all, until the network is there
    recorded.run(Duration.ofHours(2), TEN, second -> 2, Recorded.CPU);
    recorded.jump(Duration.ofDays(3_650));
    recorded.run(Duration.ofHours(5), TEN, second -> 3, Recorded.CPU);
    recorded.jump(Duration.ofDays(3_650));
    recorded.run(Duration.ofHours(40), TEN, second -> 4, Recorded.CPU);
    recorded.jump(Duration.ofDays(-3_650).minus(Duration.ofHours(41)));
    recorded.run(Duration.ofHours(2), TEN, second -> 5, Recorded.CPU);
    recorded.writer().close();

    Points points =
        recorded.history().points(Recorded.CPU, Recorded.START, Recorded.START.plus(DAY), MINUTE);
    assertThat(points.at(0)).isEqualTo(Recorded.START);
    assertThat(points.size()).isEqualTo(11 * 60);
    assertThat(points.average(0)).isEqualTo(1);
    // Set back by an hour: those minutes were measured twice, and both is told.
    int twice = 5 * 60 + 4 * 60 + 30;
    assertThat(points.at(twice)).isEqualTo(Recorded.START.plus(Duration.ofMinutes(11 * 60 + 30)));
    assertThat(points.lowest(twice)).isEqualTo(3);
    assertThat(points.highest(twice)).isEqualTo(5);
    assertThat(points.average(twice)).isEqualTo(4);
    assertThat(recorded.history().series().get(0).newest()).isEqualTo(5);
  }

  @Test
  void whatIsDamagedInOneTierIsReadFromAnother() {
    recorded.run(Duration.ofHours(30), SECOND, WAVE, Recorded.CPU);
    recorded.writer().close();
    String day = Tier.MINUTES.file(new Shelf(recorded.folder(), 0).newest(Tier.MINUTES));
    byte[] bytes = recorded.folder().content(day);
    bytes[60] ^= 1;
    recorded.folder().put(day, bytes);

    Points points = points(Duration.ofHours(30), MINUTE);
    assertThat(points.size()).isEqualTo(1_800);
    assertThat(points.damaged())
        .containsExactly(day + ": what is at byte 0 is damaged: it is passed over");
    for (int i = 0; i < points.size(); i++) {
      assertWave(points, i);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    History history = recorded.history();
    Instant now = recorded.now();
    assertThatThrownBy(() -> history.points(Recorded.CPU, now, now, SECOND))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> history.points(Recorded.CPU, now, now.plus(DAY), Duration.ofMillis(1_500)))
        .hasMessageContaining("expected whole seconds");
    assertThatThrownBy(() -> history.points(Recorded.CPU, Instant.EPOCH, now, SECOND))
        .hasMessageContaining("choose longer steps");
    assertThat(history.points(Recorded.CPU, now, now.plus(DAY), SECOND).size()).isZero();
    assertThat(history.series()).isEmpty();
  }

  /** Hours become days, and files go, while somebody reads: one of these within each reading. */
  @Test
  void itIsReadWhileItIsWritten() {
    recorded.run(Duration.ofHours(1), TEN, second -> 7, Recorded.CPU);
    Semaphore hours = new Semaphore(0);
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(
            () -> {
              for (int hour = 0; hour < 30; hour++) {
                hours.acquireUninterruptibly();
                recorded.run(Duration.ofHours(1), TEN, second -> 7, Recorded.CPU);
              }
            });
    Instant end = Recorded.START.plus(Duration.ofDays(4));
    int before = 0;
    while (!written.isDone()) {
      hours.release();
      Points points = recorded.history().points(Recorded.CPU, Recorded.START, end, MINUTE);
      assertThat(points.size()).isGreaterThanOrEqualTo(before);
      assertThat(points.damaged()).isEmpty();
      before = points.size();
    }
    written.join();
    Points all = recorded.history().points(Recorded.CPU, Recorded.START, end, MINUTE);
    assertThat(all.size()).isBetween(31 * 60 - 2, 31 * 60);
  }
}
