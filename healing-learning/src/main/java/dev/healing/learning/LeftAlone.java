package dev.healing.learning;

import dev.healing.api.SelfRecovery;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a problem about which nothing is done, from its {@link LifeTable}, and so how
 * long it pays to be patient. How sure the product of all spans is follows Greenwood (The Errors of
 * Sampling of the Survivorship Tables, 1926).
 *
 * <p>Patience is curious: only waiting tells what waiting does. So what may well pass by itself is
 * waited for, and what is not known well yet; what never does stops being waited for after a while,
 * and is tried again now and then, as what was seen fades. Nothing is borrowed from other problems
 * here: those of a type that stopped being waited for would keep a new one from ever being tried.
 */
final class LeftAlone {
  /** The chance to pass in a span of which nothing is known: about a half for all together, */
  private static final double UNKNOWN = 0.05;

  /** worth so many incidents. */
  private static final double STRENGTH = 0.5;

  /** What is at least so likely to pass by itself is worth waiting for, */
  private static final double WORTH = 0.2;

  /** with so much of the distance to the upper bound added, as for actions. */
  private static final double OPTIMISM = 0.6;

  /** So is what may be so much more likely to than is thought. */
  private static final double CURIOUS = 0.1;

  /** Of what passes by itself in the time there is, so much is waited for. */
  private static final double MOST_OF_IT = 0.95;

  private final double[] chance = new double[LifeTable.SPANS];
  private final double[] known = new double[LifeTable.SPANS];
  private final LifeTable seen;

  /** Of a problem; null if it was never left alone. */
  LeftAlone(@Nullable LifeTable table) {
    seen = table == null ? new LifeTable() : table;
    for (int span = 0; span < LifeTable.SPANS; span++) {
      known[span] = seen.there[span] + STRENGTH;
      chance[span] = (seen.gone[span] + STRENGTH * UNKNOWN) / known[span];
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
    double unsure = upper(inAll) - inAll.mean();
    boolean waits = inAll.mean() + OPTIMISM * unsure >= WORTH || unsure > CURIOUS;
    double patience = waits ? patience(MOST_OF_IT * inAll.mean(), most) : 0;
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

  private double patience(double enough, double most) {
    for (double end : LifeTable.ENDS) {
      if (end < most && passes(0, end).mean() >= enough) {
        return end;
      }
    }
    return most;
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
