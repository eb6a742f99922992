package dev.healing.core.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.testkit.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HistoryWriterTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TEN = Duration.ofSeconds(10);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private static Points all(Recorded recorded, Metric metric, Duration step) {
    Instant end = recorded.now().plus(HOUR);
    return recorded.history().points(metric, Recorded.START, end, step);
  }

  @Test
  void aMinuteIsLostAtMost() {
    Recorded recorded = new Recorded();
    recorded.run(Duration.ofSeconds(179), SECOND, second -> 1, Recorded.CPU);
    recorded.start(); // killed: nobody closed it

    assertThat(all(recorded, Recorded.CPU, SECOND).size()).isBetween(119, 121);
  }

  @Test
  void whatManyLooksShowIsOnePoint() {
    Recorded recorded = new Recorded();
    Instant measured = recorded.now();
    for (int i = 0; i < 300; i++) {
      recorded.look(List.of(new Sample(Recorded.DISK, 0.5, measured)));
      recorded.pass(SECOND);
    }
    recorded.writer().close();
    byte[] log = recorded.folder().content(Tier.LOG.file(0));
    assertThat(Block.scan(log).blocks()).hasSize(1);
    assertThat(all(recorded, Recorded.DISK, SECOND).size()).isEqualTo(1);
  }

  @Test
  void moreSeriesThanThereIsRoomForAreDroppedAndAgainKeptInAnotherHour() {
    Recorded recorded = new Recorded();
    Metric[] many = new Metric[HistoryWriter.MOST_SERIES + 10];
    for (int i = 0; i < many.length; i++) {
      many[i] = Metric.of("app.queue.count", String.valueOf(1_000 + i));
    }
    recorded.run(MINUTE.multipliedBy(3), TEN, second -> 1, many);
    recorded.run(HOUR, TEN, second -> 1, many[many.length - 1]);
    recorded.run(HOUR, TEN, second -> 1, many[many.length - 1]);
    recorded.writer().close();

    assertThat(recorded.history().series()).hasSize(HistoryWriter.MOST_SERIES + 1);
    assertThat(all(recorded, many[many.length - 1], TEN).size()).isBetween(350, 380);
  }

  @Test
  void whileTheDiskHangsNoMoreThanTenMinutesAreKept() {
    Recorded recorded = new Recorded();
    recorded.run(MINUTE.multipliedBy(2), SECOND, second -> 1, Recorded.CPU);
    recorded.hang();
    recorded.run(MINUTE.multipliedBy(60), SECOND, second -> 1, Recorded.CPU);
    recorded.free();
    recorded.run(MINUTE.multipliedBy(2), SECOND, second -> 1, Recorded.CPU);
    recorded.writer().close();
    assertThat(all(recorded, Recorded.CPU, SECOND).size()).isBetween(13 * 60, 15 * 60);
  }

  @Test
  void onAFullDiskTenMinutesAreKeptAndThenWritten() {
    Recorded recorded = new Recorded();
    recorded.run(MINUTE.multipliedBy(5), TEN, second -> 1, Recorded.CPU);
    recorded.store().failWrites("no space left on device");
    recorded.run(MINUTE.multipliedBy(30), TEN, second -> 1, Recorded.CPU);
    recorded.store().healWrites();
    recorded.run(MINUTE.multipliedBy(5), TEN, second -> 1, Recorded.CPU);
    recorded.writer().close();

    Points points = all(recorded, Recorded.CPU, MINUTE);
    assertThat(points.size()).isBetween(19, 22);
    assertThat(points.damaged()).isEmpty();
  }

  @Test
  void switchedOffNothingIsWrittenAndWhatThereIsStays() {
    Recorded recorded = new Recorded();
    recorded.run(MINUTE.multipliedBy(5), TEN, second -> 1, Recorded.CPU);
    recorded.writer().keep(OptionalLong.empty());
    Map<String, Long> before = recorded.folder().sizes();
    recorded.run(HOUR, TEN, second -> 1, Recorded.CPU);
    recorded.writer().close();
    assertThat(recorded.folder().sizes()).isEqualTo(before).isNotEmpty();
  }

  // ------------------------------------------------------- retention and room

  @Test
  void eachTierIsKeptForItsTime() {
    Recorded recorded = new Recorded();
    for (long hour = 0; hour < 10_000; hour++) {
      for (Tier tier : List.of(Tier.SECONDS, Tier.TENS, Tier.MINUTES)) {
        if (tier == Tier.SECONDS || hour % 24 == 23 && hour < 9_990) {
          recorded.folder().put(tier.file(hour), new byte[10]);
        }
      }
    }
    Shelf shelf = new Shelf(recorded.folder(), Long.MAX_VALUE);
    shelf.expire();

    assertThat(shelf.of(Tier.SECONDS).firstKey()).isEqualTo(9_975);
    assertThat(shelf.of(Tier.TENS)).hasSize(31);
    assertThat(shelf.of(Tier.MINUTES)).hasSize(367);
    assertThat(recorded.folder().sizes()).hasSize(25 + 31 + 367);
  }

  @Test
  void itNeverTakesMoreThanItsRoomAndKeepsTheNewestOfEachTier() {
    long room = 1 << 20;
    Random random = new Random(room);
    Recorded recorded = new Recorded(room);
    Metric[] metrics = new Metric[12];
    for (int i = 0; i < metrics.length; i++) {
      metrics[i] = Metric.of("noise", String.valueOf(i));
    }
    recorded.run(
        Duration.ofDays(21), Duration.ofSeconds(20), second -> random.nextDouble(), metrics);
    recorded.writer().close();

    assertThat(recorded.folder().most()).isBetween(room * 8 / 10, room);
    Shelf shelf = new Shelf(recorded.folder(), room);
    for (Tier tier : List.of(Tier.SECONDS, Tier.TENS, Tier.MINUTES)) {
      assertThat(shelf.bytes(tier) / (tier.share() * room)).as("%s", tier).isBetween(0.4, 1.5);
    }
    Points minutes = all(recorded, metrics[3], MINUTE);
    Instant oldest = minutes.at(0);
    long span = Duration.between(oldest, recorded.now()).toMinutes();
    assertThat(span).isGreaterThan(24 * 60);
    assertThat((long) minutes.size()).isBetween(span - 2, span + 2);
  }

  // ------------------------------------------------------------------ crashes

  /** What was written when an hour and a day are about to be whole, and how it goes on. */
  private static Recorded nearlyADay() {
    Recorded recorded = new Recorded();
    recorded.run(Duration.ofHours(24).plusMinutes(-5), TEN, s -> s % 97, Recorded.CPU);
    recorded.writer().close();
    recorded.start();
    return recorded;
  }

  private static void goOn(Recorded recorded) {
    recorded.run(MINUTE.multipliedBy(12), TEN, s -> s % 97, Recorded.CPU, Recorded.DISK);
  }

  @Test
  void whereverItIsKilledNothingThatWasWrittenIsLost() {
    Recorded given = nearlyADay();
    Map<String, byte[]> files = new TreeMap<>();
    given.folder().sizes().keySet().forEach(f -> files.put(f, given.folder().content(f)));
    Duration already = Duration.between(Recorded.START, given.now());
    List<Integer> at = new ArrayList<>();
    for (int i = 1; i < 40; i++) {
      at.add(i);
    }
    for (int i = 40; i < 5_000; i += 53) {
      at.add(i);
    }
    int crashes = 0;
    boolean daySealed = false;
    for (int bytes : at) {
      Recorded recorded = new Recorded();
      files.forEach(recorded.folder()::put);
      recorded.pass(already);
      recorded.folder().crashAfterBytes(bytes);
      Instant died = recorded.now().plus(MINUTE.multipliedBy(12));
      try {
        goOn(recorded);
      } catch (SimulatedCrash crash) {
        crashes++;
        died = recorded.now();
      }
      recorded.start();
      Points before = all(recorded, Recorded.CPU, TEN);
      recorded.run(MINUTE.multipliedBy(20), TEN, s -> s % 97, Recorded.CPU);
      recorded.writer().close();
      Points after = all(recorded, Recorded.CPU, TEN);

      for (Points points : List.of(before, after)) {
        assertThat(points.damaged()).as("killed at byte %d", bytes).isEmpty();
        Instant next = Recorded.START;
        for (int i = 0; i < points.size(); i++) {
          boolean lost = // a minute, and then it goes on where it was killed
              !next.isBefore(died.minus(MINUTE)) && !points.at(i).isBefore(died.minus(TEN));
          assertThat(lost || points.at(i).equals(next))
              .as("killed at byte %d: %s, not %s", bytes, points.at(i), next)
              .isTrue();
          assertThat(points.average(i)).isEqualTo(points.at(i).getEpochSecond() % 97);
          next = points.at(i).plus(TEN);
        }
        assertThat(next).as("killed at byte %d", bytes).isAfterOrEqualTo(died.minus(MINUTE));
      }
      daySealed |= new Shelf(recorded.folder(), 0).newest(Tier.TENS) >= 0;
      assertThat(recorded.folder().sizes().keySet()).noneMatch(f -> f.endsWith(Tier.TEMPORARY));
    }
    assertThat(crashes).isGreaterThan(80);
    assertThat(daySealed).isTrue();
  }
}
