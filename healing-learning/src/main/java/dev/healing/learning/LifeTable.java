package dev.healing.learning;

import java.util.ArrayList;
import java.util.List;

/**
 * How long something takes to pass by itself, counted as a life table: of what was still there at
 * the beginning of each span, how much passed in it (Cutler and Ederer, Maximum Utilization of the
 * Life Table Method in Analyzing Survival, Journal of Chronic Diseases 8, 1958). What was acted on
 * before it could pass counts until then: it has shown that it had not passed yet, and nothing
 * about later.
 */
final class LifeTable {
  /** Where the spans end, in seconds; later than the last is never. */
  static final double[] ENDS = {2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200};

  static final int SPANS = ENDS.length;

  /** Incidents before the newest five hundred or so fade: the world drifts, if slowly. */
  private static final double FADING = 0.998;

  /** What {@link #FADING} makes of an endless row. */
  static final double MOST_COUNTED = 1 / (1 - FADING);

  final double[] gone = new double[SPANS];
  final double[] there = new double[SPANS];

  static double begin(int span) {
    return span == 0 ? 0 : ENDS[span - 1];
  }

  /** How much of a span lies between two times, 0 to 1. */
  static double share(int span, double from, double to) {
    double inside = Math.min(to, ENDS[span]) - Math.max(from, begin(span));
    return Math.max(0, inside / (ENDS[span] - begin(span)));
  }

  /** Counts what was there for so long, and then passed, or was acted on. */
  void count(double seconds, boolean passed) {
    for (int span = 0; span < SPANS; span++) {
      boolean passedHere = passed && seconds >= begin(span) && seconds < ENDS[span];
      gone[span] = FADING * gone[span] + (passedHere ? 1 : 0);
      there[span] = FADING * there[span] + (passedHere ? 1 : share(span, 0, seconds));
    }
  }

  /** As {@code gone, there} of each span, without those of which nothing is known. */
  List<Double> file() {
    int known = SPANS;
    while (known > 0 && there[known - 1] == 0) {
      known--;
    }
    List<Double> counted = new ArrayList<>(2 * known);
    for (int span = 0; span < known; span++) {
      counted.add(Counts.rounded(gone[span]));
      counted.add(Counts.rounded(there[span]));
    }
    return counted;
  }

  /** Of what {@link #file} gave. */
  static LifeTable of(List<Double> counted) {
    Counts.requireSize("leftAlone", counted, 0, 2 * SPANS);
    if (counted.size() % 2 != 0) {
      throw new IllegalArgumentException("leftAlone: expected two numbers for each span");
    }
    LifeTable table = new LifeTable();
    for (int span = 0; span < counted.size() / 2; span++) {
      table.there[span] = counted.get(2 * span + 1);
      table.gone[span] = counted.get(2 * span);
      Counts.require("leftAlone", table.there[span], 0, MOST_COUNTED + 1);
      Counts.require("leftAlone", table.gone[span], 0, table.there[span] + 1e-6);
    }
    return table;
  }
}
