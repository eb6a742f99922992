package dev.healing.optimizer.forecast;

import dev.healing.optimizer.forecast.Forecast.Silence;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the past of a series says of what will come, as of its newest value: whatever is asked of
 * it, the past is gone through once. Larger than what it is made of: to be kept for as long only as
 * it is asked again and again. Not safe for several threads.
 */
public final class Outlook {
  /** From this probability on it is believed. */
  static final double NEEDED = 0.45;

  /** Where nothing was ever given back, waiting gains nothing. */
  static final double NEEDED_GROWING = 0.12;

  private static final double WIDER = 1.1;
  private static final double LEAST_TOLD = 0.3;

  /** What is later is as good as never: thirty years. */
  private static final long MOST_SECONDS = 1_000_000_000;

  private static final double EARLY = 0.1;

  /** Of what is said to take some hours, half was sooner than this part, as was measured. */
  private static final double MIDDLE = 0.35;

  private static final double LATE = 0.9;
  private static final double LEAST_LEFT = 1e-4;

  /** To a thousandth of what is in use. */
  private static final int HALVINGS = 10;

  private final Seen past;
  private final Outline outline;
  private final Recent recent;
  private final Trust trust;
  private final long latest;
  private final double value;
  private final double limit;

  /** What was gone through, for as long as nothing else is known of it. */
  private static final class Seen {
    private final long version;
    private final Outline outline;
    private @Nullable Alike alike; // when it is asked for: what is full needs none

    private Seen(Highs past) {
      version = past.version();
      outline = new Outline(past.values());
    }

    private Alike alike() {
      Alike found = alike == null ? new Alike(outline) : alike;
      alike = found;
      return found;
    }
  }

  /**
   * Has gone through the past.
   *
   * @param past in units of the limit
   * @param before of an earlier value of the same series: what it went through need not be again,
   *     if it still is all
   * @param latest second of the newest value; {@link Long#MIN_VALUE} if there is none
   * @param value that, in units of the limit
   */
  Outlook(
      Highs past,
      @Nullable Outlook before,
      Recent recent,
      Trust trust,
      long latest,
      double value,
      double limit) {
    this.past =
        before != null && before.past.version == past.version() ? before.past : new Seen(past);
    this.outline = this.past.outline;
    this.recent = recent;
    this.trust = trust;
    this.latest = latest;
    this.value = value;
    this.limit = limit;
  }

  /**
   * When it reaches the limit.
   *
   * @param now not before the newest value
   * @param horizon what is later is not within it
   */
  public Forecast forecast(Instant now, Duration horizon) {
    return forecast(now, horizon, 0);
  }

  /**
   * How much less must be in use for it not to be believed that the limit is reached within the
   * horizon: enough and no more.
   *
   * @return in the unit of the limit; 0 if it is not believed now
   */
  public double enough(Instant now, Duration horizon) {
    if (!forecast(now, horizon, 0).reaches()) {
      return 0;
    }
    double tooLittle = 0;
    double enough = Math.max(value, LEAST_LEFT);
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (tooLittle + enough) / 2;
      if (forecast(now, horizon, middle).reaches()) {
        tooLittle = middle;
      } else {
        enough = middle;
      }
    }
    return enough * limit;
  }

  /** The forecast if so much less was in use. */
  private Forecast forecast(Instant now, Duration horizon, double freed) {
    if (latest == Long.MIN_VALUE) {
      return Forecast.silent(0, Silence.NEW);
    }
    double elapsed = Math.max(0, now.getEpochSecond() - latest);
    if (elapsed > Forecaster.KNOWN.toSeconds()) {
      return Forecast.silent(0, Silence.OLD);
    }
    if (value - freed >= 1) {
      return new Forecast(1, true, Optional.of(new Forecast.Time(now, now, now)), Optional.empty());
    }
    double left = Math.max(LEAST_LEFT, 1 - outline.top[outline.now] + freed);
    Times times = times(left, value - freed);
    double probability = times.within(horizon.toSeconds() + elapsed);
    boolean likely =
        probability >= NEEDED || probability >= NEEDED_GROWING && outline.onlyGrows(left);
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

  private Times times(double left, double from) {
    Alike alike = past.alike();
    double likeness = alike.likeness(left);
    Times times = new Times(Alike.MOST + 6);
    if (likeness > 0) {
      times.add(alike.times(left), likeness);
    }
    times.add(new Climb(outline, recent, from).times(), 1 - likeness);
    return times;
  }

  private static Instant after(Instant now, double seconds) {
    long most = Math.min(MOST_SECONDS, Instant.MAX.getEpochSecond() - now.getEpochSecond());
    return now.plusSeconds((long) Math.max(0, Math.min(seconds, most)));
  }
}
