package dev.healing.core.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is read is what was written, whatever that was. */
class TrackProperties {
  private record Point(long gap, double value) {}

  @Provide
  Arbitrary<List<Point>> series() {
    Arbitrary<Double> any =
        Arbitraries.oneOf(
            Arbitraries.doubles(),
            Arbitraries.doubles().between(0, 1),
            Arbitraries.integers().map(Integer::doubleValue),
            Arbitraries.of(0.0, -0.0, Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE, 1e18));
    Arbitrary<Long> gap =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(8, Arbitraries.just(1L)),
            net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(2, 5)),
            net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(1, 400_000_000L)));
    return Combinators.combine(gap, any).as(Point::new).list().ofMinSize(1).ofMaxSize(300);
  }

  private static Track track(List<Point> points, long start) {
    Track track = Track.ofSingles();
    long slot = start;
    for (Point point : points) {
      slot += point.gap();
      track.add(slot, Rounding.code(point.value()));
    }
    return track;
  }

  private static Track readBack(Track track) throws Damaged {
    byte[] block = Block.bytes(1, Map.of("cpu", track));
    return Track.read(Block.at(block, 0).orElseThrow().parts().get("cpu"));
  }

  private static void assertClose(double read, double written) {
    double most = Math.max(Math.abs(written) * Rounding.PRECISION, Double.MIN_NORMAL);
    assertThat(Math.abs(read - written)).as("%s for %s", read, written).isLessThanOrEqualTo(most);
  }

  @Property(tries = 500)
  void aSeriesIsReadBackWithinThePrecision(@ForAll("series") List<Point> points, @ForAll int start)
      throws Damaged {
    Track read = readBack(track(points, start));

    assertThat(read.size()).isEqualTo(points.size());
    long slot = start;
    for (int i = 0; i < points.size(); i++) {
      slot += points.get(i).gap();
      assertThat(read.slot(i)).isEqualTo(slot);
      assertClose(Rounding.value(read.middle(i)), points.get(i).value());
    }
  }

  @Property(tries = 500)
  void longerStepsHaveTheLowestAverageAndHighest(
      @ForAll("series") List<Point> points, @ForAll int start) throws Damaged {
    Track steps = readBack(track(points, start).inSteps(10));

    long slot = start;
    int step = -1;
    double lowest = 0;
    double sum = 0;
    double largest = 0;
    double highest = 0;
    int count = 0;
    for (Point point : points) {
      slot += point.gap();
      double value = Rounding.value(Rounding.code(point.value()));
      if (step < 0 || steps.slot(step) != Math.floorDiv(slot, 10L)) {
        step++;
        count = 0;
        sum = 0;
        lowest = value;
        highest = value;
        largest = 0;
      }
      assertThat(steps.slot(step)).isEqualTo(Math.floorDiv(slot, 10L));
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      largest = Math.max(largest, Math.abs(value));
      sum += value / 10;
      count++;
      boolean whole = point == points.get(points.size() - 1);
      if (whole) {
        assertThat(Rounding.value(steps.low(step))).isEqualTo(lowest);
        assertThat(Rounding.value(steps.high(step))).isEqualTo(highest);
        assertThat(Rounding.value(steps.middle(step))).isBetween(lowest, highest);
        double most = Math.max(largest * Rounding.PRECISION * 1.01, Double.MIN_NORMAL);
        assertThat(Math.abs(Rounding.value(steps.middle(step)) / 10 - sum / count))
            .isLessThan(most);
      }
    }
    assertThat(step + 1).isEqualTo(steps.size());
  }

  @Property(tries = 200)
  void whateverOrderPointsCameInTheyAreReadInOrderOfTime(@ForAll List<Short> slots) throws Damaged {
    Track track = Track.ofSingles();
    for (int i = 0; i < slots.size(); i++) {
      track.add(slots.get(i), i);
    }
    Track read = track.size() == 0 ? track : readBack(track.inOrder());
    assertThat(read.size()).isEqualTo((int) slots.stream().distinct().count());
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.middle(i)).isEqualTo(slots.lastIndexOf((short) read.slot(i)));
      assertThat(i == 0 || read.slot(i - 1) < read.slot(i)).isTrue();
    }
  }

  @Property(tries = 1_000)
  void bytesOfAnyKindAreATrackOrDamage(@ForAll byte[] bytes) {
    try {
      Track read = Track.read(new Input(bytes));
      for (int i = 0; i < read.size(); i++) {
        assertThat(Rounding.value(read.high(i))).isFinite();
      }
    } catch (Damaged e) {
      assertThat(e).hasMessageMatching(".+");
    }
  }

  @Property(tries = 1_000)
  void wholeNumbersUpTo32768AreExact(@ForAll short number) {
    assertThat(Rounding.value(Rounding.code(number))).isEqualTo(number);
  }
}
