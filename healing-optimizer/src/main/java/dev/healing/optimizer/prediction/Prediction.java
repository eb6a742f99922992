package dev.healing.optimizer.prediction;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.MeasuredPast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Something that has a limit will reach it before long. Keys: {@code within} (4h), {@code
 * probability} (12%), {@code below} (90%) and {@code ignore}, globs on the component.
 *
 * <p>The issue says what would be enough and no more: down to where the limit is not reached within
 * twice the time. MEDIUM at most: nothing is wrong yet.
 *
 * <p>What was at {@code below} within the last 30 days was a problem there, and what was done about
 * it will be done again. So of that it is predicted when it is there again, not when nothing is
 * left; what is done then may be all that would be done there, and no less old than that; and of a
 * file system so much that it lasts for days, since it would go within days anyway.
 *
 * <p>It looks once a minute, and at each look while something is reported or was treated.
 */
public final class Prediction implements Detector {
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** What was never a problem costs no file that is younger. */
  private static final Duration OLD = Duration.ofDays(30);

  /** One past a look is read, and none by who looks just once. */
  private static final Duration WARMS_AFTER = Duration.ofSeconds(5);

  /** What is gone was seen to be so long ago that nothing is concluded from it. */
  private static final Duration NOT_KNOWN = Duration.ofDays(1);

  private final Kind kind;
  private final PredictionKeys keys;
  private final MeasuredPast past;
  private final SortedMap<Metric, Foreseen> series = new TreeMap<>();
  private Instant first = Instant.MAX;
  private Instant lookedAt = Instant.MIN;
  private List<OwnAction> own = List.of();
  private boolean busy = true;
  private Detection last = Detection.NOTHING;

  private Prediction(Kind kind, HostContext context) {
    this.kind = kind;
    this.keys = PredictionKeys.of(context.configuration());
    this.past = context.past();
  }

  /** File systems, in bytes and inodes. */
  public static final class DiskFull implements DetectorProvider {
    @Override
    public String name() {
      return IssueType.PREDICTED_DISK_FULL.name();
    }

    @Override
    public Detector create(HostContext context) {
      return new Prediction(Kind.DISK, context);
    }
  }

  /** Memory; swap is forecast and not reported, since a full one is no problem by itself. */
  public static final class MemoryHigh implements DetectorProvider {
    @Override
    public String name() {
      return IssueType.PREDICTED_MEMORY_HIGH.name();
    }

    @Override
    public Detector create(HostContext context) {
      return new Prediction(Kind.MEMORY, context);
    }
  }

  /** What the kernel counts and limits, and the tasks of services. */
  public static final class LimitNear implements DetectorProvider {
    @Override
    public String name() {
      return IssueType.PREDICTED_LIMIT_NEAR.name();
    }

    @Override
    public Detector create(HostContext context) {
      return new Prediction(Kind.LIMIT, context);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(kind.type());
  }

  @Override
  public Detection detect(HostState state) {
    Instant now = state.at();
    first = now.isBefore(first) ? now : first;
    boolean due = lookedAt.equals(Instant.MIN) || !now.isBefore(lookedAt.plus(EVERY));
    boolean back = now.isBefore(lookedAt);
    boolean acted = !own.equals(state.ownActions());
    if (due || back || busy || acted) {
      lookedAt = now;
      if (acted) {
        own = state.ownActions();
        series.values().forEach(one -> one.own(ours(one), now));
      }
      look(state);
      last = detection(state);
    }
    return last;
  }

  private void look(HostState state) {
    Instant now = state.at();
    for (String name : kind.names()) {
      for (String component : state.components(name)) {
        Metric metric = Metric.of(name, component);
        if (!keys.ignored().test(kind.component(metric))) {
          series.computeIfAbsent(metric, m -> begun(m, now));
        }
      }
    }
    series.values().removeIf(one -> one.warm() && one.forgotten(now) && absent(state, one));
    boolean mayWarm = !now.isBefore(first.plus(WARMS_AFTER));
    busy = false;
    for (Foreseen one : series.values()) {
      if (!one.warm() && mayWarm) {
        one.warm(past, now, ours(one));
        mayWarm = false;
      }
      if (one.warm()) {
        state
            .sample(one.metric())
            .ifPresentOrElse(sample -> one.look(sample, now), () -> one.absent(now));
      }
      busy |= !one.warm() || one.raised() || one.lately(now);
    }
  }

  private Foreseen begun(Metric metric, Instant now) {
    Foreseen one = new Foreseen(metric, keys, kind.again());
    one.own(ours(one), now);
    return one;
  }

  private static boolean absent(HostState state, Foreseen one) {
    return state.sample(one.metric()).isEmpty();
  }

  private List<OwnAction> ours(Foreseen one) {
    String component = kind.component(one.metric());
    return own.stream().filter(action -> action.concerns(component)).toList();
  }

  private Detection detection(HostState state) {
    List<MetricForecast> forecasts = new ArrayList<>();
    Map<String, Foreseen> soonest = new TreeMap<>();
    List<Unreadable> unreadable = new ArrayList<>();
    boolean known = true;
    for (Foreseen one : series.values()) {
      one.told().ifPresent(forecasts::add);
      known &= one.warm();
      if (one.raised() && kind.reported(one.metric())) {
        String component = kind.component(one.metric());
        soonest.merge(component, one, Prediction::sooner);
        if (absent(state, one)) {
          unreadable.add(new Unreadable(component, one.metric() + " was not measured"));
        }
      }
    }
    List<Issue> issues = new ArrayList<>();
    soonest.forEach(
        (component, one) ->
            state
                .sample(one.metric())
                .map(sample -> issue(state, component, one, sample))
                .ifPresent(issues::add));
    return new Detection(
        issues, unreadable, known ? Duration.ZERO : NOT_KNOWN, forecasts, Map.of());
  }

  private static Foreseen sooner(Foreseen one, Foreseen other) {
    return Comparator.comparing(Prediction::at).compare(one, other) <= 0 ? one : other;
  }

  private static Instant at(Foreseen one) {
    return one.reported().flatMap(MetricForecast::time).map(t -> t.at()).orElse(Instant.MAX);
  }

  /** Of what was measured when it was last asked, with the numbers of now. */
  private Issue issue(HostState state, String component, Foreseen one, Sample sample) {
    MetricForecast told = one.reported().orElseThrow();
    Metric metric = one.metric();
    Numbers numbers = new Numbers(metric.component(), sample.at(), told.time().orElseThrow());
    SortedMap<String, Double> metrics = numbers.of(told);
    metrics.put(metric.toString(), sample.value());
    metrics.put(
        Metric.of(Metric.CLEARS_BELOW, component).toString(),
        Math.max(0, sample.value() - one.enough()));
    if (!again(told)) { // else what will be deleted at that level may go before as well
      metrics.put(Metric.OLDER_THAN.toString(), (double) OLD.toSeconds());
    }
    kind.beside(metric)
        .ifPresent(m -> state.value(m).ifPresent(value -> metrics.put(m.toString(), value)));
    return Issue.of(
        one.askedAt(),
        kind.type(),
        Severity.MEDIUM,
        component
            + ": "
            + Numbers.percent(sample.value())
            + kind.what(metric)
            + " in use, and "
            + limit(told, one, sample)
            + numbers.when()
            + " ("
            + Numbers.percent(told.probability())
            + ")",
        metrics,
        List.of(component));
  }

  /** Whether it is about a level that was a problem before. */
  private static boolean again(MetricForecast told) {
    return told.limit() < 1;
  }

  private static String limit(MetricForecast told, Foreseen one, Sample sample) {
    return again(told)
        ? Numbers.percent(told.limit())
            + ", where it was within the last "
            + (1 + Duration.between(one.highAt(), sample.at()).toDays())
            + " d, will be reached again "
        : "its limit will be reached ";
  }
}
