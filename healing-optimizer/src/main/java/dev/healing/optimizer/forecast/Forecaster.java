package dev.healing.optimizer.forecast;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says of one series when it will reach its limit, from what came before and nothing else. Needs no
 * idea of what the values mean. Bounded memory, below 8 KB; not safe for several threads.
 */
public final class Forecaster {
  private static final double LARGEST = 1000;

  /** For so long what was seen last is known of now. */
  public static final Duration KNOWN = Duration.ofHours(6);

  /** What was before that is forgotten. */
  public static final Duration REMEMBERED = Duration.ofSeconds((long) Highs.KEPT * Highs.SECONDS);

  private final double limit;
  private final Highs past = new Highs();
  private final Recent recent = new Recent();
  private final Trust trust = new Trust();
  private long latest = Long.MIN_VALUE;
  private double value;

  /**
   * Has seen nothing yet.
   *
   * @param limit what is not to be reached, in the unit of the values; positive
   */
  public Forecaster(double limit) {
    if (!(limit > 0) || limit == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("a limit of " + limit + ": expected a positive number");
    }
    this.limit = limit;
  }

  /**
   * Learns a value.
   *
   * @param at when it was measured. One that is before the one before it, since the clock went
   *     back, counts as one of the same time.
   * @param measured in the unit of the limit; what is not finite is passed over, as is what is
   *     missing
   */
  public void add(Instant at, double measured) {
    if (!Double.isFinite(measured)) {
      return;
    }
    latest = Math.max(latest, at.getEpochSecond());
    value = Math.max(-LARGEST, Math.min(LARGEST, measured / limit));
    past.add(latest, value);
    recent.add(latest, value);
    trust.add(latest, value);
    if (trust.asks(latest)) {
      holdToIt();
    }
  }

  /** What it says now is remembered, and what will come of it. */
  private void holdToIt() {
    trust.said(latest, value, forecast(Instant.ofEpochSecond(latest), Trust.HORIZON).reaches());
  }

  /**
   * All that is measured from now on is so much lower by our own doing, or will be by the next
   * value. Then it is no fall of the series' own: what rose before is expected to rise as it did,
   * from there. What it said until now is judged as if nothing had been given back.
   *
   * @param freed in the unit of the limit; not negative
   */
  public void gaveBack(double freed) {
    double part = freed / limit;
    holdToIt(); // it may be why that was done
    past.shift(-part);
    recent.shift(-part);
    trust.gaveBack(part);
    value -= part;
  }

  /** How often what was said of it came true within the days that are known, or would have. */
  public int timesRight() {
    return trust.timesRight();
  }

  /** How often it did not. */
  public int timesWrong() {
    return trust.timesWrong();
  }

  /** What its past says now; to be asked until the next value is learned, and not any more then. */
  public Outlook outlook() {
    return outlook(null);
  }

  /**
   * The same, sooner.
   *
   * @param before what this said of an earlier value, if that was kept
   */
  public Outlook outlook(@Nullable Outlook before) {
    return new Outlook(past, before, recent, trust, latest, value, limit);
  }

  /**
   * When it reaches the limit.
   *
   * @param now not before the newest value
   * @param horizon what is later is not within it
   */
  public Forecast forecast(Instant now, Duration horizon) {
    return outlook().forecast(now, horizon);
  }
}
