package dev.healing.learning;

import dev.healing.api.SelfRecovery;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a problem about which nothing is done, from its {@link LifeTable}, and so how
 * long it pays to be patient. How sure the product of all spans is follows Greenwood (The Errors of
 * Sampling of the Survivorship Tables, 1926).
 *
 * <p>Patience is curious: only waiting tells what waiting does. So a problem is waited for until it
 * is known what becomes of it, to the end each time: who stops early never knows of what passes
 * late. After that it is waited for as long as it may well pass, and now and then, as what was seen
 * fades. Nothing is borrowed from other problems here: those of a type that stopped being waited
 * for would keep a new one from ever being tried. Spans do lend to each other: in what never passes
 * early hardly anything passes late, and what passes often does so now and then after its time.
 */
final class LeftAlone {
  /** The chance to pass in a span if nothing is known at all: about a half for all together, */
  private static final double UNKNOWN = 0.05;

  /** worth so many spans of an incident, */
  private static final double OF_ALL_SPANS = 20;

  /** and what all spans have shown is worth so many incidents to each. */
  private static final double OF_ONE_SPAN = 0.5;

  /** What is there is worth waiting for if it is at least so likely to pass in the time left, */
  private static final double WORTH = 0.1;

  /** with so much of the distance to the upper bound added, as for actions. */
  private static final double OPTIMISM = 0.6;

  /** In so many incidents it was seen what becomes of it. */
  private static final double KNOWN = 12;

  private final double[] chance = new double[LifeTable.SPANS];
  private final double[] known = new double[LifeTable.SPANS];
  private final LifeTable seen;

  /** Of a problem; null if it was never left alone. */
  LeftAlone(@Nullable LifeTable table) {
    seen = table == null ? new LifeTable() : table;
    double gone = OF_ALL_SPANS * UNKNOWN;
    double there = OF_ALL_SPANS;
    for (int span = 0; span < LifeTable.SPANS; span++) {
      gone += seen.gone[span];
      there += seen.there[span];
    }
    for (int span = 0; span < LifeTable.SPANS; span++) {
      known[span] = seen.there[span] + OF_ONE_SPAN;
      chance[span] = (seen.gone[span] + OF_ONE_SPAN * gone / there) / known[span];
    }
  }

  /**
   * What to expect.
   *
   * @param soFar seconds that it has been there
   * @param most seconds that it may be left alone in all
   */
  SelfRecovery expect(double soFar, double most) {
    Belief now = passes(soFar, most);
    Belief inAll = passes(0, most);
    double patience = watched(most) < KNOWN ? most : patience(most);
    return new SelfRecovery(
        now.mean(),
        Math.min(now.mean(), now.lower()),
        upper(now),
        Duration.ofMillis(Math.round(1000 * patience)),
        told(inAll.mean(), patience > 0 ? patience : most, most));
  }

  private static double upper(Belief belief) {
    return belief.variance() == 0 ? belief.mean() : Math.max(belief.mean(), belief.upper());
  }

  /** Of what is there at {@code from}: that it has passed at {@code to}. */
  private Belief passes(double from, double to) {
    double stays = 1;
    double spread = 0;
    for (int span = 0; span < LifeTable.SPANS; span++) {
      double share = LifeTable.share(span, from, to);
      if (share > 0) {
        double stay = 1 - Math.min(0.999, chance[span]);
        stays *= Math.pow(stay, share);
        spread += share * (1 - stay) / (stay * (known[span] + 1));
      }
    }
    return new Belief(1 - stays, stays * stays * spread);
  }

  /** In how many incidents it passed within that time, or was still there at its end. */
  private double watched(double most) {
    double passed = 0;
    double stayed = 0;
    for (int span = 0; span < LifeTable.SPANS; span++) {
      double share = LifeTable.share(span, 0, most);
      if (share > 0) {
        passed += share * seen.gone[span];
        stayed = seen.there[span] - seen.gone[span];
      }
    }
    return passed + stayed;
  }

  /** Until what is still there then is not worth waiting for any more. */
  private double patience(double most) {
    double end = 0;
    for (int span = 0; span < LifeTable.SPANS && end < most && worthWaiting(end, most); span++) {
      end = LifeTable.ENDS[span];
    }
    return Math.min(end, most);
  }

  private boolean worthWaiting(double from, double most) {
    Belief passes = passes(from, most);
    return passes.mean() + OPTIMISM * (upper(passes) - passes.mean()) >= WORTH;
  }

  private String told(double passes, double within, double most) {
    double gone = 0;
    double stayed = 0;
    for (int span = 0; span < LifeTable.SPANS; span++) {
      if (LifeTable.share(span, 0, within) > 0) {
        gone += seen.gone[span];
        stayed = seen.there[span] - seen.gone[span];
      }
    }
    long recovered = Math.round(gone);
    long left = recovered + Math.round(stayed);
    StringBuilder words = new StringBuilder(120);
    if (left == 0) {
      words.append("it was never left alone for ").append(seconds(within));
    } else {
      words.append("left alone it recovers by itself within ").append(seconds(within));
      words.append(" (").append(recovered).append(" of ").append(left).append(')');
    }
    words.append(", which lets expect ");
    Evidence.number(words, passes, 2);
    return words.append(" within ").append(seconds(most)).toString();
  }

  private static String seconds(double seconds) {
    return seconds < 1 ? Math.round(1000 * seconds) + " ms" : Math.round(seconds) + " s";
  }
}
