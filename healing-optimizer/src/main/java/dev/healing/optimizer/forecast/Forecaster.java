package dev.healing.optimizer.forecast;

import dev.healing.optimizer.forecast.Forecast.Silence;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Says of one series when it will reach its limit, from what came before and nothing else. Needs no
 * idea of what the values mean. Bounded memory, below 8 KB; not safe for several threads.
 */
public final class Forecaster {
  /** From this probability on it is believed. */
  static final double NEEDED = 0.45;

  /** Where nothing was ever given back, waiting gains nothing. */
  static final double NEEDED_GROWING = 0.12;

  private static final double LARGEST = 1000;
  private static final double WIDER = 1.1;
  private static final double LEAST_TOLD = 0.3;

  /** For so long what was seen last is known of now. */
  public static final Duration KNOWN = Duration.ofHours(6);

  /** What was before that is forgotten. */
  public static final Duration REMEMBERED = Duration.ofSeconds((long) Highs.KEPT * Highs.SECONDS);

  /** What is later is as good as never: thirty years. */
  private static final long MOST_SECONDS = 1_000_000_000;

  private static final double EARLY = 0.1;

  /** Of what is said to take some hours, half was sooner than this part, as was measured. */
  private static final double MIDDLE = 0.35;

  private static final double LATE = 0.9;
  private static final double LEAST_LEFT = 1e-4;

  /** To a thousandth of what is in use. */
  private static final int HALVINGS = 10;

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

  /**
   * How much less must be in use for it not to be believed that the limit is reached within the
   * horizon: enough and no more.
   *
   * @return in the unit of the limit; 0 if it is not believed now
   */
  public double enough(Instant now, Duration horizon) {
    Outline outline = new Outline(past.values());
    if (!forecast(outline, now, horizon, 0).reaches()) {
      return 0;
    }
    double tooLittle = 0;
    double enough = Math.max(value, LEAST_LEFT);
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (tooLittle + enough) / 2;
      if (forecast(outline, now, horizon, middle).reaches()) {
        tooLittle = middle;
      } else {
        enough = middle;
      }
    }
    return enough * limit;
  }

  /**
   * When it reaches the limit.
   *
   * @param now not before the newest value
   * @param horizon what is later is not within it
   */
  public Forecast forecast(Instant now, Duration horizon) {
    return forecast(new Outline(past.values()), now, horizon, 0);
  }

  /** The same if so much less was in use. */
  private Forecast forecast(Outline outline, Instant now, Duration horizon, double freed) {
    if (latest == Long.MIN_VALUE) {
      return Forecast.silent(0, Silence.NEW);
    }
    double elapsed = Math.max(0, now.getEpochSecond() - latest);
    if (elapsed > KNOWN.toSeconds()) {
      return Forecast.silent(0, Silence.OLD);
    }
    if (value - freed >= 1) {
      return new Forecast(1, true, Optional.of(new Forecast.Time(now, now, now)), Optional.empty());
    }
    double left = Math.max(LEAST_LEFT, 1 - outline.top[outline.now] + freed);
    Times times = times(outline, left, value - freed);
    double probability = times.within(horizon.toSeconds() + elapsed);
    boolean likely = probability >= (outline.onlyGrows(left) ? NEEDED_GROWING : NEEDED);
    if (likely && probability < trust.needed(latest, outline.record())) {
      return Forecast.silent(probability, Silence.WRONG);
    }
    if (!likely && outline.now < outline.first()) {
      return Forecast.silent(probability, Silence.NEW);
    }
    boolean says = likely || times.within(Double.MAX_VALUE) >= LEAST_TOLD;
    return new Forecast(
        probability,
        likely,
        says ? Optional.of(time(times, now, elapsed)) : Optional.empty(),
        Optional.empty());
  }

  private static Forecast.Time time(Times times, Instant now, double elapsed) {
    return new Forecast.Time(
        after(now, times.quantile(EARLY) / WIDER - elapsed),
        after(now, times.quantile(MIDDLE) - elapsed),
        after(now, times.quantile(LATE) * WIDER - elapsed));
  }

  private Times times(Outline outline, double left, double from) {
    Alike alike = new Alike(outline, left);
    double likeness = alike.likeness();
    Times times = new Times(Alike.MOST + 6);
    if (likeness > 0) {
      times.add(alike.times(new Growth(outline)), likeness);
    }
    times.add(new Climb(outline, recent, from).times(), 1 - likeness);
    return times;
  }

  private static Instant after(Instant now, double seconds) {
    long most = Math.min(MOST_SECONDS, Instant.MAX.getEpochSecond() - now.getEpochSecond());
    return now.plusSeconds((long) Math.max(0, Math.min(seconds, most)));
  }
}
