package dev.healing.learning.anomaly;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A metric behaves as it seldom or never did. Keys: {@code metrics}, the names of those that are
 * watched, each with all its components (none), and {@code every}, how much time one value of a
 * series stands for (1m).
 *
 * <p>It says that something is unusual, not that it is bad: the issue is LOW, MEDIUM where it is
 * ten times as rare, never more, and no built-in action treats its type.
 */
public final class Anomaly implements Detector {
  /** The type that it reports. Component: the metric. */
  public static final IssueType TYPE = IssueType.of("anomaly");

  private static final Duration EVERY = Duration.ofMinutes(1);

  /** With 16 KB for each. What comes later is not watched. */
  private static final int MOST_SERIES = 200;

  /**
   * For so long something is an issue. What goes on is told again. A series that was not sampled
   * for so long is over, as that of a file system which is no longer mounted.
   */
  private static final int REPORTED_ROWS = 15;

  private final TimeSource time;
  private final List<String> names;
  private final Duration every;
  private final Set<String> measured = new HashSet<>();
  private final Map<Metric, Watched> watched = new TreeMap<>();

  private Anomaly(TimeSource time, List<String> names, Duration every) {
    this.time = time;
    this.names = names;
    this.every = every;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    /** For the service loader. */
    public Provider() {}

    @Override
    public String name() {
      return "anomaly";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      List<String> names = section.texts("metrics", List.of());
      Duration every = section.duration("every", EVERY);
      if (every.isZero()) {
        section.contradiction("every", "more than zero");
      }
      names.stream()
          .filter(name -> name.indexOf('{') >= 0)
          .forEach(name -> section.contradiction("metrics", withoutComponent(name)));
      return new Anomaly(context.time(), List.copyOf(new LinkedHashSet<>(names)), every);
    }

    private static String withoutComponent(String name) {
      return "the name without component for '" + name + "': all that there are are watched";
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(TYPE);
  }

  @Override
  public Detection detect(HostState state) {
    if (names.isEmpty()) {
      return Detection.NOTHING;
    }
    long nanos = time.monotonicNanos();
    // After the samples: nothing is over because no look was made for long.
    names.forEach(name -> add(state, name, nanos));
    watched.values().removeIf(series -> series.isOver(nanos));
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (String name : names) {
      if (!measured.contains(name) && !state.unreadable(name)) {
        unreadable.add(
            new Unreadable(name, "nothing has measured it yet: expected the name of a metric"));
      }
    }
    watched.forEach(
        (metric, series) -> {
          Optional<Severity> severity = series.severity();
          if (severity.isPresent() && state.sample(metric).isEmpty()) {
            unreadable.add(new Unreadable(metric.toString(), "was not sampled"));
          } else if (severity.isPresent()) {
            issues.add(issue(state.at(), metric, series, severity.get()));
          }
        });
    return new Detection(issues, unreadable);
  }

  private void add(HostState state, String name, long nanos) {
    for (String component : state.components(name)) {
      measured.add(name);
      Metric metric = Metric.of(name, component);
      if (watched.size() < MOST_SERIES || watched.containsKey(metric)) {
        state
            .sample(metric)
            .ifPresent(s -> watched.computeIfAbsent(metric, m -> new Watched(every)).add(s, nanos));
      }
    }
  }

  private static Issue issue(Instant at, Metric metric, Watched series, Severity severity) {
    String text =
        String.format(
            Locale.ROOT,
            "%s was %.4g at %s, which is unusual: of this series %s",
            metric,
            series.strangest(),
            series.since(),
            severity == Severity.LOW
                ? "few episodes were as strange"
                : "hardly an episode was as strange");
    Map<String, Double> evidence = Map.of(metric.toString(), series.strangest());
    return Issue.of(at, TYPE, severity, text, evidence, List.of(metric.toString()));
  }

  /** One metric: the means of its samples as a series, and whether something was told of it. */
  private static final class Watched {
    /** With little seen, what was never there before comes often; half a day by the minute. */
    private static final int SILENT_ROWS = 720;

    private final Duration every;
    private final Surprise scorer = new Surprise();
    private Instant begin = Instant.MIN;
    private Instant latest = Instant.MIN;
    private long sampledNanos;
    private double sum;
    private int count;
    private Optional<Severity> severity = Optional.empty();
    private Instant since = Instant.MIN;
    private double strangest;
    private int reported;
    private int rows;

    Watched(Duration every) {
      this.every = every;
    }

    void add(Sample sample, long nanos) {
      sampledNanos = nanos;
      if (sample.at().equals(latest)) {
        return; // counted
      }
      if (sample.at().isBefore(latest)) {
        count = 0; // the clock went back: a mean of before and after would be of no time
      }
      latest = sample.at();
      if (count > 0 && !sample.at().isBefore(begin.plus(every))) {
        row(sum / count);
        count = 0;
      }
      if (count == 0) {
        begin = sample.at();
        sum = 0;
      }
      sum += sample.value();
      count++;
    }

    private void row(double value) {
      double score = scorer.score(begin, value);
      rows = Math.min(rows + 1, SILENT_ROWS);
      reported++;
      if (score >= Surprise.TOLD && rows == SILENT_ROWS) {
        boolean rarer = score >= Surprise.TOLD_TEN_TIMES_AS_RARE;
        severity = Optional.of(rarer ? Severity.MEDIUM : Severity.LOW);
        since = begin;
        strangest = value;
        reported = 0;
      } else if (reported >= REPORTED_ROWS) {
        severity = Optional.empty();
      }
    }

    boolean isOver(long nanos) {
      Duration without = Duration.ofNanos(nanos - sampledNanos);
      return without.compareTo(every.multipliedBy(REPORTED_ROWS)) >= 0;
    }

    /** Empty when nothing is unusual. */
    Optional<Severity> severity() {
      return severity;
    }

    /** When it was told, which is when {@link #strangest} was measured. */
    Instant since() {
      return since;
    }

    double strangest() {
      return strangest;
    }
  }
}
