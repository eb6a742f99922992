package dev.healing.optimizer.prediction;

import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.optimizer.forecast.Forecast;
import dev.healing.optimizer.forecast.Forecaster;
import dev.healing.optimizer.forecast.Outlook;
import dev.healing.optimizer.forecast.OwnWorkAside;
import dev.healing.spi.MeasuredPast;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One metric that has a limit, and what is foreseen of it. It learns a sample a minute and is asked
 * every ten minutes; with each sample while it is reported, and right after an action of ours, so
 * that what that came to is known at once.
 *
 * <p>Its limit is what is not to be reached: all of it. Where it was a problem lately, it is the
 * level from which on it is one: what was there will be there again.
 */
final class Foreseen {
  /** Of the past, as finely as a forecaster looks at it. */
  private static final Duration STEP = Duration.ofMinutes(2);

  private static final Duration LEARNS_EVERY = Duration.ofMinutes(1);
  private static final Duration ASKED_EVERY = Duration.ofMinutes(10);

  /** For so long after an action of ours every sample counts. */
  private static final Duration LATELY = Duration.ofMinutes(2);

  /** Samples that are so much older than others before them are of a clock that was set back. */
  private static final Duration SET_BACK = Duration.ofMinutes(5);

  /** As long as a problem that is there again counts as the same. */
  private static final Duration AGAIN = Duration.ofDays(30);

  /** The most that {@code within} may be: of what took longer a clock was set meanwhile. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final Duration AGAIN_STEP = Duration.ofHours(1);

  /** A problem that is healed when it is there is worth fewer false alarms than the end. */
  private static final double LIKELY = 0.25;

  private final Metric metric;
  private final PredictionKeys keys;
  private final Optional<Duration> lasts;
  private Series whole;
  private Optional<Series> level;
  private List<OwnAction> own = List.of();
  private Duration longest = Duration.ZERO;
  private boolean warm;
  private double used;
  private Instant highAt = Instant.MIN;
  private Instant askedAt = Instant.MIN;
  private Instant reachingAt = Instant.MIN;
  private double enough;
  private boolean raised;
  private @Nullable MetricForecast told;
  private @Nullable MetricForecast reported;

  /** What is foreseen of it until one limit. */
  private static final class Series {
    private final double limit;
    private final Forecaster forecaster;
    private final OwnWorkAside learner;
    private @Nullable Outlook kept;

    Series(double limit) {
      this.limit = limit;
      forecaster = new Forecaster(limit);
      learner = new OwnWorkAside(forecaster);
    }

    /** As of what was learned last. */
    Outlook outlook() {
      Outlook now = forecaster.outlook(kept);
      kept = now;
      return now;
    }
  }

  /**
   * Knows nothing of it yet.
   *
   * @param lasts for how long, at least, what is done before it is a problem again is to last;
   *     absent if that is not predicted
   */
  Foreseen(Metric metric, PredictionKeys keys, Optional<Duration> lasts) {
    this.metric = metric;
    this.keys = keys;
    this.lasts = lasts;
    this.whole = new Series(1);
    this.level = level();
  }

  private Optional<Series> level() {
    return lasts.map(known -> new Series(keys.below()));
  }

  Metric metric() {
    return metric;
  }

  /** Whether its past is known, as far as there is one. */
  boolean warm() {
    return warm;
  }

  /**
   * What healing does and has done about it: to be told whenever that changes. Of a thousand
   * actions those count at a look that are not over, or have ended since something was learned.
   */
  void own(List<OwnAction> ours, Instant now) {
    Instant learnedAt = whole.learner.learnedAt();
    longest = longest(ours);
    own =
        ours.stream()
            .filter(a -> isRecent(a, now) || a.endedAt().filter(learnedAt::isBefore).isPresent())
            .toList();
  }

  /** Learns what was before. */
  void warm(MeasuredPast past, Instant now, List<OwnAction> ours) {
    warm = true;
    for (Sample sample : past.highest(metric, now.minus(AGAIN), AGAIN_STEP)) {
      high(sample);
    }
    for (Sample sample : past.highest(metric, now.minus(Forecaster.REMEMBERED), STEP)) {
      whole.learner.add(sample, ours);
      level.ifPresent(series -> series.learner.add(sample, ours));
    }
  }

  private void high(Sample sample) {
    if (sample.value() >= keys.below() && sample.at().isAfter(highAt)) {
      highAt = sample.at();
    }
  }

  /** What a look shows of it. */
  void look(Sample sample, Instant now) {
    Instant at = sample.at();
    Instant learnedAt = whole.learner.learnedAt();
    if (at.isBefore(learnedAt) && at.plus(SET_BACK).isBefore(learnedAt)) {
      whole = new Series(1);
      level = level();
      askedAt = Instant.MIN;
      highAt = Instant.MIN;
      raised = false;
    }
    used = sample.value();
    high(sample);
    boolean lately = lately(now);
    if (!lately && !over(whole.learner.learnedAt(), LEARNS_EVERY, at)) {
      return;
    }
    level.ifPresent(series -> series.learner.add(sample, own));
    if (whole.learner.add(sample, own) && (raised || lately || over(askedAt, ASKED_EVERY, at))) {
      ask(at, lately);
    }
  }

  /** Whether something of ours is at work on it, or was a moment ago. */
  boolean lately(Instant now) {
    return own.stream().anyMatch(action -> isRecent(action, now));
  }

  private static boolean isRecent(OwnAction action, Instant now) {
    return action.endedAt().filter(end -> over(end, LATELY, now)).isEmpty();
  }

  private static boolean over(Instant since, Duration duration, Instant now) {
    return since.equals(Instant.MIN) || !now.isBefore(since.plus(duration));
  }

  /** Early enough for what takes as long as it took before. */
  private void ask(Instant at, boolean lately) {
    Duration horizon = keys.within().plus(longest);
    Outlook outlook = whole.outlook();
    Forecast said = outlook.forecast(at, horizon);
    told = told(whole, said, at, horizon);
    askedAt = at;
    Series until = whole;
    boolean reaching = problem(said, 0);
    if (level.isPresent() && !over(highAt, AGAIN, at)) {
      Outlook ofLevel = level.get().outlook();
      Forecast again = ofLevel.forecast(at, horizon);
      if (problem(again, LIKELY)) { // which is there first
        until = level.get();
        outlook = ofLevel;
        said = again;
        reaching = true;
      }
    }
    if (reaching && (raised || used < keys.below())) {
      raised = true;
      reported = told(until, said, at, horizon);
      reachingAt = at;
      enough = outlook.enough(at, lasts(until != whole, horizon.multipliedBy(2)));
    } else if (lately || over(reachingAt, ASKED_EVERY, at)) {
      raised = false; // what hovers is one problem, and what we ended is over at once
    }
    if (!raised) {
      whole.kept = null;
      level.ifPresent(series -> series.kept = null);
    }
  }

  private Duration lasts(boolean again, Duration usual) {
    return lasts.filter(longer -> again && longer.compareTo(usual) > 0).orElse(usual);
  }

  private boolean problem(Forecast said, double likely) {
    return said.reaches() && said.probability() >= Math.max(likely, keys.probability());
  }

  /**
   * Of those whose end is known: one that was stopped, given up or cut off by a crash has not taken
   * until we knew of that. Nor has one taken days over which a clock was set.
   */
  private static Duration longest(List<OwnAction> own) {
    return own.stream()
        .filter(action -> action.outcome().filter(o -> o != Outcome.AMBIGUOUS).isPresent())
        .flatMap(action -> action.endedAt().map(e -> between(action, e)).stream())
        .filter(took -> took.compareTo(LONGEST) <= 0)
        .reduce(Duration.ZERO, (one, other) -> one.compareTo(other) < 0 ? other : one);
  }

  private static Duration between(OwnAction action, Instant end) {
    return Duration.between(action.startedAt(), end);
  }

  /** It was not measured in a look: after hours of that nothing is known of it. */
  void absent(Instant now) {
    if (raised && over(whole.learner.learnedAt(), Forecaster.KNOWN, now)) {
      raised = false;
    }
  }

  /** Whether nothing has been seen of it for longer than anything is remembered. */
  boolean forgotten(Instant now) {
    return over(whole.learner.learnedAt(), Forecaster.REMEMBERED, now);
  }

  boolean raised() {
    return raised;
  }

  /** How much less of it in use would be enough. */
  double enough() {
    return enough;
  }

  /** When it was last so high that it was a problem; {@link Instant#MIN} if it never was. */
  Instant highAt() {
    return highAt;
  }

  Instant askedAt() {
    return askedAt;
  }

  /** What was said of it last; empty before it was first asked. */
  Optional<MetricForecast> told() {
    return Optional.ofNullable(told);
  }

  /** What is reported of it, as it was last believed. */
  Optional<MetricForecast> reported() {
    return raised ? Optional.ofNullable(reported) : Optional.empty();
  }

  private MetricForecast told(Series series, Forecast said, Instant at, Duration horizon) {
    return new MetricForecast(
        metric,
        at,
        used,
        series.limit,
        horizon,
        said.probability(),
        said.reaches(),
        said.time().map(t -> new MetricForecast.Time(t.lower(), t.at(), t.upper())),
        said.silence().map(Forecast.Silence::words),
        new MetricForecast.Record(series.forecaster.timesRight(), series.forecaster.timesWrong()));
  }
}
