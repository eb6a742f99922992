package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for a level of a user's whatever is measured; the values are percent. */
class OwnLevelProperties {
  private static Detector detector(boolean above, int bad, int clear, int n, int m) {
    return OwnLevelTest.detector(
        Map.of(
            "metric",
            "swap.used.fraction",
            above ? "above" : "below",
            bad + "%",
            "clear",
            clear + "%",
            "for",
            n + " of " + m));
  }

  private static HostState look(int number, int percent) {
    return HostStates.at(VirtualTime.START.plusSeconds(number))
        .sample(Metric.SWAP_USED, percent / 100.0)
        .build();
  }

  private static List<Boolean> reported(Detector detector, List<Integer> values) {
    List<Boolean> reported = new ArrayList<>();
    for (int value : values) {
      reported.add(!detector.detect(look(reported.size(), value)).issues().isEmpty());
    }
    return reported;
  }

  @Property(tries = 300)
  void beginsWithNOfMAndEndsWhereItIsClear(
      @ForAll @Size(max = 60) List<@IntRange(max = 100) Integer> values,
      @ForAll boolean above,
      @ForAll @IntRange(min = 20, max = 80) int bad,
      @ForAll @IntRange(max = 20) int gap,
      @ForAll @IntRange(min = 1, max = 4) int n,
      @ForAll @IntRange(max = 3) int more) {
    int clear = above ? bad - gap : bad + gap;
    int m = n + more;
    List<Boolean> reported = reported(detector(above, bad, clear, n, m), values);
    int from = 0; // of the window, which begins anew where a problem ends
    for (int i = 0; i < values.size(); i++) {
      int value = values.get(i);
      boolean before = i > 0 && reported.get(i - 1);
      boolean isClear = above ? value <= clear : value >= clear;
      if (before && isClear) {
        from = i + 1;
      }
      long hits =
          values.subList(Math.max(from, i + 1 - m), i + 1).stream()
              .filter(v -> above ? v > bad : v < bad)
              .count();
      boolean expected = before ? !isClear : hits >= n;
      assertThat(reported.get(i)).as("look %d of %s", i, values).isEqualTo(expected);
    }
  }

  /** What is bad above is the mirror image of what is bad below. */
  @Property(tries = 100)
  void belowMirrorsAbove(
      @ForAll @Size(max = 40) List<@IntRange(max = 100) Integer> values,
      @ForAll @IntRange(min = 20, max = 80) int bad,
      @ForAll @IntRange(max = 20) int gap) {
    List<Integer> mirrored = values.stream().map(v -> 100 - v).toList();
    assertThat(reported(detector(true, bad, bad - gap, 2, 3), values))
        .isEqualTo(reported(detector(false, 100 - bad, 100 - bad + gap, 2, 3), mirrored));
  }
}
