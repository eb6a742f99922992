package dev.healing.detect;

import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Tells when a value is at a bad level, per component, without flapping.
 *
 * <p>Raised when n of the last m samples are high; critical as long as n of the last m are
 * critical; cleared by one sample that is clear, and then the counting starts anew. Between the two
 * levels it stays as it is. An absent sample counts for nothing, and neither does one that an
 * earlier look has counted: what is not measured anew tells neither that it lasts nor that it ends.
 *
 * <p>What falls by itself may be left out: it is about to be clear, and if it stays, it is raised.
 *
 * <p>Who has just begun to count, after a start or a reload, does not know whether the component
 * was raised before. One sample that is clear tells, and so does a window that is full; until then
 * it is unknown, which is not the same as calm. Not safe for several threads.
 */
public final class Level {
  /** Where a component stands. */
  public enum Standing {
    CALM,
    RAISED,
    CRITICAL,
    /** It was raised, and there is no new sample to tell; or there are too few to tell at all. */
    UNKNOWN;

    /** Whether there is something to report. */
    public boolean bad() {
      return this == RAISED || this == CRITICAL;
    }
  }

  /** What counts as what. */
  public record Limits(
      DoublePredicate high, DoublePredicate critical, DoublePredicate clear, NofM of) {
    /** High from {@code high} up, critical from {@code critical} up, clear below {@code clear}. */
    public static Limits above(double high, double critical, double clear, NofM of) {
      return new Limits(v -> v >= high, v -> v >= critical, v -> v < clear, of);
    }

    /** Bad below {@code low}, clear above {@code clear}; never critical. */
    static Limits below(double low, double clear, NofM of) {
      return new Limits(v -> v < low, v -> false, v -> v > clear, of);
    }
  }

  /** Of one component. */
  private static final class Track {
    private final LastSamples last;
    private boolean raised;
    private boolean everRaised;
    private boolean told;
    private int absent;
    private Instant absentSince = Instant.MAX;
    private Instant counted = Instant.MIN;

    Track(Limits limits) {
      last = new LastSamples(limits);
    }

    /** Whether there are samples, but too few to tell whether it is calm. */
    private boolean begun() {
      return !told && last.size() > 0;
    }
  }

  private final Limits limits;
  private final double fall;
  private final Map<String, Track> tracks = new HashMap<>();

  /** With nothing counted yet. */
  public Level(Limits limits) {
    this(limits, Double.POSITIVE_INFINITY);
  }

  /**
   * One that is not raised by what falls, unless it is critical.
   *
   * @param fall by how much, over a full window in which no sample is higher than the one before
   */
  Level(Limits limits, double fall) {
    this.limits = limits;
    this.fall = fall;
  }

  /** Where the component stands after this look. */
  Standing update(HostState state, String component, Metric metric) {
    return update(state.at(), component, state.sample(metric));
  }

  /** Where the component stands after a look at this instant that had this sample. */
  public Standing update(Instant look, String component, Optional<Sample> sample) {
    Track track = tracks.computeIfAbsent(component, c -> new Track(limits));
    track.absent = sample.isEmpty() ? track.absent + 1 : 0;
    if (track.absent == 1 || look.isBefore(track.absentSince)) { // the clock was set back
      track.absentSince = look;
    }
    if (sample.isEmpty() || known(track, sample.get(), look)) {
      return track.raised || track.begun() ? Standing.UNKNOWN : Standing.CALM;
    }
    track.counted = sample.get().at();
    double value = sample.get().value();
    track.last.add(value);
    boolean clear = limits.clear().test(value);
    if (track.raised && clear) {
      track.last.clear();
      track.raised = false;
    }
    track.raised |= track.last.high() && (track.last.critical() || !track.last.fallBy(fall));
    track.everRaised |= track.raised;
    track.told |= track.raised || clear || track.last.full();
    if (!track.raised) {
      return track.told ? Standing.CALM : Standing.UNKNOWN;
    }
    return raised(track);
  }

  private static Standing raised(Track track) {
    return track.last.critical() ? Standing.CRITICAL : Standing.RAISED;
  }

  /** Whether an earlier look has counted it. */
  private static boolean known(Track track, Sample sample, Instant look) {
    return sample.at().equals(track.counted) && sample.at().isBefore(look);
  }

  /** Where the component stands after this look, as what is found of it. */
  Detection judge(
      HostState state, String component, Metric metric, Function<Standing, Issue> issue) {
    Standing standing = update(state, component, metric);
    if (standing == Standing.UNKNOWN || state.sample(metric).isEmpty()) {
      Unreadable why = Evidence.why(state, component, metric, this);
      return new Detection(List.of(), List.of(why));
    }
    return standing.bad() ? Detection.of(List.of(issue.apply(standing))) : Detection.NOTHING;
  }

  /**
   * Where each component of a metric stands after this look, as what is found of it. What was not
   * measured anew is told as of when it was: a problem by its sample's instant, and what is gone by
   * the oldest sample of it. One that had no sample for a whole window of looks, and is not called
   * unreadable by its name, its metric or the name of that, does not exist any more.
   */
  Detection judgeEach(HostState state, String name, BiFunction<Sample, Standing, Issue> issue) {
    return judgeEach(state, name, Duration.ZERO, component -> false, issue);
  }

  /**
   * The same of what is measured seldom, where a whole window lasts longer than so many looks: what
   * is raised and has no sample is unknown for so long, not gone.
   *
   * @param every how often it is measured
   * @param ignored components that are not to be judged
   */
  Detection judgeEach(
      HostState state,
      String name,
      Duration every,
      Predicate<String> ignored,
      BiFunction<Sample, Standing, Issue> issue) {
    Set<String> there = state.components(name);
    if (there.isEmpty() && tracks.isEmpty()) {
      return Detection.NOTHING; // most of what can be measured, this host has not got
    }
    Set<String> all = new TreeSet<>(tracks.keySet());
    for (String component : there) {
      if (!ignored.test(component)) {
        all.add(component);
      }
    }
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    Duration age = Duration.ZERO;
    for (String component : all) {
      Metric metric = Metric.of(name, component);
      Optional<Sample> sample = state.sample(metric);
      Standing standing = update(state.at(), component, sample);
      Track track = Objects.requireNonNull(tracks.get(component));
      if (sample.isPresent() && standing == Standing.CALM && track.everRaised) {
        age = longer(age, Duration.between(sample.get().at(), state.at()));
      }
      Optional<String> blind = blind(state, metric);
      if (sample.isPresent() && track.raised) {
        issues.add(issue.apply(sample.get(), raised(track)));
      } else if (blind.isPresent()) {
        unreadable.add(Evidence.why(state, component, blind.get()));
      } else if (gone(track, state.at(), every)) {
        forget(component);
      } else if (standing == Standing.UNKNOWN) {
        unreadable.add(Evidence.why(state, component, metric, this));
      }
    }
    return new Detection(issues, unreadable, age);
  }

  /** What two of them found. */
  static Detection together(Detection one, Detection other) {
    List<Issue> issues = new ArrayList<>(one.issues());
    issues.addAll(other.issues());
    List<Unreadable> unreadable = new ArrayList<>(one.unreadable());
    unreadable.addAll(other.unreadable());
    return new Detection(issues, unreadable, longer(one.age(), other.age()));
  }

  private boolean gone(Track track, Instant look, Duration every) {
    int window = limits.of().m();
    return track.absent >= window
        && (!track.raised || !look.isBefore(track.absentSince.plus(every.multipliedBy(window))));
  }

  /** As what it is called unreadable. */
  private static Optional<String> blind(HostState state, Metric metric) {
    if (!state.unreadable().isEmpty()) {
      for (String name : List.of(metric.component(), metric.toString(), metric.name())) {
        if (state.unreadable(name)) {
          return Optional.of(name);
        }
      }
    }
    return Optional.empty();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Why a component that has a sample is unknown. */
  public String unknown(String component) {
    Track track = tracks.get(component);
    if (track != null && track.raised) {
      return "not measured anew since " + track.counted;
    }
    int seen = track == null ? 0 : track.last.size();
    return "too early to tell: " + seen + " of " + limits.of().m() + " samples, and none is clear";
  }

  /** Whether the component was raised when it was last judged, and was not clear since. */
  public boolean raised(String component) {
    Track track = tracks.get(component);
    return track != null && track.raised;
  }

  /** The components that were ever seen and not forgotten. */
  Set<String> components() {
    return Set.copyOf(tracks.keySet());
  }

  /** How many samples in a row were absent. */
  int absent(String component) {
    Track track = tracks.get(component);
    return track == null ? 0 : track.absent;
  }

  /** The component does not exist any more. */
  void forget(String component) {
    tracks.remove(component);
  }
}
