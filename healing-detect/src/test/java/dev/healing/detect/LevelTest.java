package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration.NofM;
import dev.healing.api.Metric;
import dev.healing.detect.Level.Standing;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LevelTest {
  private static final double ABSENT = Double.NaN;
  private Instant now = VirtualTime.START;
  private final Level level = new Level(Level.Limits.above(0.90, 0.95, 0.85, new NofM(3, 5)));

  @Test
  void isRaisedByThreeOfFive() {
    assertThat(feed(0.9, 0.5, 0.9, 0.5, 0.9))
        .containsExactly(
            Standing.UNKNOWN, Standing.CALM, Standing.CALM, Standing.CALM, Standing.RAISED);
  }

  @Test
  void isNotRaisedByThreeOfSix() {
    assertThat(feed(0.5, 0.9, 0.9, 0.5, 0.5, 0.5, 0.9)).containsOnly(Standing.CALM);
  }

  @Test
  void whatFallsIsRaisedOnlyWhenItStaysOrIsCritical() {
    Level.Limits limits = Level.Limits.above(0.90, 0.95, 0.85, new NofM(3, 3));
    assertThat(feed(new Level(limits, 0.01), 0.949, 0.94, 0.93, 0.92, 0.919, 0.918))
        .containsExactly(
            Standing.UNKNOWN,
            Standing.UNKNOWN,
            Standing.CALM,
            Standing.CALM,
            Standing.CALM,
            Standing.RAISED);
    assertThat(feed(new Level(limits, 0.01), 0.94, 0.92, 0.921)).endsWith(Standing.RAISED);
    assertThat(feed(new Level(limits, 0.01), 0.98, 0.97, 0.96)).endsWith(Standing.CRITICAL);
  }

  @Test
  void isCalmAtOnceWhenItIsClear() {
    assertThat(feed(0.84, 0.9, 0.9, ABSENT)).containsOnly(Standing.CALM);
  }

  @Test
  void isUnknownUntilItIsClearOrTheWindowIsFull() {
    assertThat(feed(0.86, ABSENT, 0.9, 0.86, 0.86)).containsOnly(Standing.UNKNOWN);
    assertThat(level.unknown("memory")).startsWith("too early to tell: 4 of 5 samples");
    assertThat(feed(0.86, ABSENT, 0.86)).containsOnly(Standing.CALM);
  }

  @Test
  void whatIsNotThereAtAllIsNotUnknown() {
    assertThat(feed(ABSENT, ABSENT)).containsOnly(Standing.CALM);
  }

  @Test
  void staysBetweenTheLevelsAndStartsAnewWhenClear() {
    feed(0.9, 0.9, 0.9);
    assertThat(feed(0.86, 0.85, 0.86, 0.85, 0.86)).containsOnly(Standing.RAISED);
    assertThat(feed(0.84, 0.9, 0.9)).containsExactly(Standing.CALM, Standing.CALM, Standing.CALM);
    assertThat(feed(0.9)).containsExactly(Standing.RAISED);
  }

  @Test
  void isCriticalWhenThreeOfFiveAre() {
    assertThat(feed(0.95, 0.95, 0.91, 0.95))
        .containsExactly(Standing.UNKNOWN, Standing.UNKNOWN, Standing.RAISED, Standing.CRITICAL);
  }

  @Test
  void anAbsentSampleCountsForNothing() {
    assertThat(feed(0.9, ABSENT, 0.9, ABSENT, ABSENT, 0.9))
        .containsExactly(
            Standing.UNKNOWN,
            Standing.UNKNOWN,
            Standing.UNKNOWN,
            Standing.UNKNOWN,
            Standing.UNKNOWN,
            Standing.RAISED);
    assertThat(feed(ABSENT)).containsExactly(Standing.UNKNOWN);
  }

  private Standing again(double value, Instant measuredAt) {
    now = now.plusSeconds(1);
    return update(HostStates.at(now).sample(Metric.MEMORY_USED, value, measuredAt));
  }

  @Test
  void oneMeasurementCountsOnceHoweverOftenItIsToldAndJudgesNothing() {
    Instant first = now;
    for (int look = 0; look < 5; look++) {
      assertThat(again(0.99, first)).isEqualTo(Standing.UNKNOWN);
    }
    assertThat(level.unknown("memory")).startsWith("too early to tell: 1 of 5 samples");
    assertThat(feed(0.99, 0.99)).containsExactly(Standing.UNKNOWN, Standing.CRITICAL);
    Instant last = now;
    assertThat(again(0.99, last)).as("neither there nor gone").isEqualTo(Standing.UNKNOWN);
    assertThat(level.unknown("memory")).isEqualTo("not measured anew since " + last);
    assertThat(feed(0.5)).containsExactly(Standing.CALM);
    assertThat(again(0.5, now)).isEqualTo(Standing.CALM);
  }

  private List<Standing> feed(double... values) {
    return feed(level, values);
  }

  private List<Standing> feed(Level level, double... values) {
    List<Standing> standings = new ArrayList<>();
    for (double value : values) {
      now = now.plusSeconds(1);
      HostStates look = HostStates.at(now);
      HostStates seen = Double.isNaN(value) ? look : look.sample(Metric.MEMORY_USED, value);
      standings.add(level.update(seen.build(), "memory", Metric.MEMORY_USED));
    }
    return standings;
  }

  private Standing update(HostStates look) {
    return level.update(look.build(), "memory", Metric.MEMORY_USED);
  }

  /** What is counted along is what would be counted in the whole window. */
  @Test
  void countsWhatIsInItsWindow() {
    Random random = new Random(1);
    for (int m = 1; m < 8; m++) {
      NofM of = new NofM(1 + random.nextInt(m), m);
      Level counting = new Level(Level.Limits.above(0.6, 0.8, 0.1, of), 0.2);
      List<Double> window = new ArrayList<>();
      boolean raised = false;
      for (int i = 0; i < 1_000; i++) {
        double value = Math.round(random.nextDouble() * 20) / 20.0;
        window.add(value);
        if (raised && value < 0.1) {
          window.clear();
          raised = false;
        }
        List<Double> last = window.subList(Math.max(0, window.size() - m), window.size());
        boolean high = last.stream().filter(v -> v >= 0.6).count() >= of.n();
        boolean critical = last.stream().filter(v -> v >= 0.8).count() >= of.n();
        List<Double> falling = last.stream().sorted(Comparator.reverseOrder()).toList();
        boolean falls =
            last.size() == m && last.equals(falling) && last.get(0) - last.get(m - 1) >= 0.2;
        raised |= high && (critical || !falls);
        Standing standing = feed(counting, value).get(0);
        assertThat(standing.bad()).as("%s after %s", of, last).isEqualTo(raised);
        assertThat(standing == Standing.CRITICAL).isEqualTo(raised && critical);
      }
    }
  }
}
