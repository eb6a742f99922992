package dev.healing.optimizer.forecast;

import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import java.time.Instant;
import java.util.List;

/**
 * Gives a forecaster a series that healing itself has a hand in: what an action of ours gives back
 * is {@linkplain Forecaster#gaveBack told as that}, and not learned as a fall of the series' own.
 * Else a leak that is cleaned up in time would look like a rotation, and be told no more.
 *
 * <p>While an action is at work nothing is learned. Not safe for several threads.
 */
public final class OwnWorkAside {
  private final Forecaster forecaster;
  private Instant learnedAt = Instant.MIN;
  private double learned;

  /** Has given it nothing yet. */
  public OwnWorkAside(Forecaster forecaster) {
    this.forecaster = forecaster;
  }

  /**
   * The next sample; one that is not newer than the one before tells nothing.
   *
   * @param own what was done about the series so far, and is being done
   * @return whether something was learned
   */
  public boolean add(Sample sample, List<OwnAction> own) {
    Instant at = sample.at();
    if (!at.isAfter(learnedAt) || own.stream().anyMatch(action -> during(action, at))) {
      return false;
    }
    boolean ours = own.stream().anyMatch(action -> between(action, learnedAt, at));
    if (ours && sample.value() < learned) {
      forecaster.gaveBack(learned - sample.value());
    }
    forecaster.add(at, sample.value());
    learnedAt = at;
    learned = sample.value();
    return true;
  }

  /** When what was learned last was measured; {@link Instant#MIN} if nothing was. */
  public Instant learnedAt() {
    return learnedAt;
  }

  private static boolean during(OwnAction action, Instant at) {
    return !at.isBefore(action.startedAt())
        && action.endedAt().filter(end -> !end.isAfter(at)).isEmpty();
  }

  private static boolean between(OwnAction action, Instant from, Instant to) {
    return action.endedAt().filter(end -> end.isAfter(from) && !end.isAfter(to)).isPresent();
  }
}
