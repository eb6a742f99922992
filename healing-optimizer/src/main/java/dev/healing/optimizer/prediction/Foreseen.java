package dev.healing.optimizer.prediction;

import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.optimizer.forecast.Forecast;
import dev.healing.optimizer.forecast.Forecaster;
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
 */
final class Foreseen {
  /** Of the past: what a forecaster remembers, as finely as it looks at it. */
  private static final Duration PAST = Duration.ofDays(8);

  private static final Duration STEP = Duration.ofMinutes(2);
  private static final Duration LEARNS_EVERY = Duration.ofMinutes(1);
  private static final Duration ASKED_EVERY = Duration.ofMinutes(10);

  /** For so long after an action of ours every sample counts. */
  private static final Duration LATELY = Duration.ofMinutes(2);

  /** Samples that are so much older than others before them are of a clock that was set back. */
  private static final Duration SET_BACK = Duration.ofMinutes(5);

  private final Metric metric;
  private final PredictionKeys keys;
  private Forecaster forecaster = new Forecaster(1);
  private OwnWorkAside learner = new OwnWorkAside(forecaster);
  private boolean warm;
  private double used;
  private Instant askedAt = Instant.MIN;
  private Instant reachingAt = Instant.MIN;
  private Duration horizon;
  private double enough;
  private boolean raised;
  private @Nullable MetricForecast told;
  private @Nullable MetricForecast reported;

  Foreseen(Metric metric, PredictionKeys keys) {
    this.metric = metric;
    this.keys = keys;
    this.horizon = keys.within();
  }

  Metric metric() {
    return metric;
  }

  /** Whether its past is known, as far as there is one. */
  boolean warm() {
    return warm;
  }

  /** Learns what was before. */
  void warm(MeasuredPast past, Instant now, List<OwnAction> own) {
    warm = true;
    for (Sample sample : past.highest(metric, now.minus(PAST), STEP)) {
      learner.add(sample, own);
    }
  }

  /** What a look shows of it. */
  void look(Sample sample, Instant now, List<OwnAction> own) {
    Instant at = sample.at();
    if (at.isBefore(learner.learnedAt()) && at.plus(SET_BACK).isBefore(learner.learnedAt())) {
      forecaster = new Forecaster(1);
      learner = new OwnWorkAside(forecaster);
      askedAt = Instant.MIN;
      raised = false;
    }
    used = sample.value();
    boolean lately = lately(own, now);
    if (!lately && !over(learner.learnedAt(), LEARNS_EVERY, at)) {
      return;
    }
    if (learner.add(sample, own) && (raised || lately || over(askedAt, ASKED_EVERY, at))) {
      ask(at, own, lately);
    }
  }

  /** Whether something of ours is at work on it, or was a moment ago. */
  static boolean lately(List<OwnAction> own, Instant now) {
    return own.stream().anyMatch(a -> a.endedAt().filter(end -> over(end, LATELY, now)).isEmpty());
  }

  private static boolean over(Instant since, Duration duration, Instant now) {
    return since.equals(Instant.MIN) || !now.isBefore(since.plus(duration));
  }

  /** Early enough for what takes as long as it took before. */
  private void ask(Instant at, List<OwnAction> own, boolean lately) {
    horizon = keys.within().plus(longest(own));
    Forecast now = forecaster.forecast(at, horizon);
    MetricForecast said = told(now, at);
    told = said;
    askedAt = at;
    boolean reaching = now.reaches() && now.probability() >= keys.probability();
    if (reaching && (raised || used < keys.below())) {
      raised = true;
      reported = said;
      reachingAt = at;
      enough = forecaster.enough(at, horizon.multipliedBy(2));
    } else if (lately || over(reachingAt, ASKED_EVERY, at)) {
      raised = false; // what hovers is one problem, and what we ended is over at once
    }
  }

  private static Duration longest(List<OwnAction> own) {
    Duration longest = Duration.ZERO;
    for (OwnAction action : own) {
      Duration took =
          action.endedAt().map(e -> Duration.between(action.startedAt(), e)).orElse(Duration.ZERO);
      longest = took.compareTo(longest) > 0 ? took : longest;
    }
    return longest;
  }

  /** It was not measured in a look: after hours of that nothing is known of it. */
  void absent(Instant now) {
    if (raised && over(learner.learnedAt(), Forecaster.KNOWN, now)) {
      raised = false;
    }
  }

  /** Whether nothing has been seen of it for longer than anything is remembered. */
  boolean forgotten(Instant now) {
    return over(learner.learnedAt(), PAST, now);
  }

  boolean raised() {
    return raised;
  }

  /** How much less of it in use would be enough. */
  double enough() {
    return enough;
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

  private MetricForecast told(Forecast said, Instant at) {
    return new MetricForecast(
        metric,
        at,
        used,
        1,
        horizon,
        said.probability(),
        said.reaches(),
        said.time().map(t -> new MetricForecast.Time(t.lower(), t.at(), t.upper())),
        said.silence().map(Forecast.Silence::words),
        new MetricForecast.Record(forecaster.timesRight(), forecaster.timesWrong()));
  }
}
