package dev.healing.core.watch;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.OwnAction;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.core.calls.PluginCalls;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.watch.PartialState.Gives;
import dev.healing.spi.Detector;
import dev.healing.spi.Sampler;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at the host: all samplers, then all detectors. One that does not work is named. */
public final class Watch {
  private static final String SAMPLER = "sampler:";

  private final TimeSource time;
  private final PluginCalls calls;
  private final Consumer<List<Sample>> keep;
  private final MetricHistory history = new MetricHistory();
  private final Map<String, Gives> given = new ConcurrentHashMap<>();
  private volatile MetricIndex index = MetricIndex.EMPTY;

  /**
   * Looks at nothing yet.
   *
   * @param keep is given the samples of each look, on a worker; returns at once
   */
  public Watch(TimeSource time, Workers workers, Consumer<List<Sample>> keep) {
    this.time = time;
    this.keep = keep;
    this.calls = new PluginCalls("look", time, workers);
  }

  /** Whether a look is under way. */
  public boolean looking() {
    return calls.busy();
  }

  /**
   * Begins a look.
   *
   * @param detectors all to ask, by name
   * @param ownActions what we have done and do, for them
   * @param done is given what was found, on a worker
   */
  public void begin(
      Plugins plugins,
      Map<String, Detector> detectors,
      List<OwnAction> ownActions,
      Consumer<Observation> done) {
    Collected found = new Collected(ownActions);
    List<PluginCalls.Call> asked = new ArrayList<>(plugins.samplers().size() + detectors.size());
    plugins.samplers().forEach((name, sampler) -> asked.add(found.new Samples(name, sampler)));
    detectors.forEach((name, detector) -> asked.add(found.new Detects(name, detector)));
    calls.begin(asked, () -> done.accept(found.observation()));
  }

  /** Goes on with other plugins. */
  public void startAnew() {
    calls.startAnew();
    given.clear();
  }

  /** The look that was begun has arrived. */
  public void ended() {
    calls.ended();
  }

  private Gives gives(String sampler) {
    return given.computeIfAbsent(sampler, name -> new Gives());
  }

  /** As {@link PluginCalls#enforce}. */
  public Optional<Duration> enforce(Duration deadline) {
    return calls.enforce(deadline);
  }

  /** What detectors are shown, and what the samplers that failed would have given. */
  private record Shown(HostSnapshot state, List<Gives> missing) {}

  /** What one look has found so far. Belongs to the worker that makes the calls. */
  private final class Collected {
    private final long startedNanos = time.monotonicNanos();
    private final List<OwnAction> ownActions;
    private final List<Sample> samples = new ArrayList<>(32);
    private final List<UnitState> units = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private final Map<String, Detection> detections = new LinkedHashMap<>(64);
    private final Map<String, String> faults = new LinkedHashMap<>();
    private final Set<String> missed = new HashSet<>();
    private volatile @Nullable Shown shown;

    Collected(List<OwnAction> ownActions) {
      this.ownActions = ownActions;
    }

    /** What a sampler is asked for. */
    private final class Samples implements PluginCalls.Call {
      private final String name;
      private final Sampler sampler;
      private @Nullable Reading reading;

      Samples(String name, Sampler sampler) {
        this.name = name;
        this.sampler = sampler;
      }

      @Override
      public String plugin() {
        return SAMPLER + name;
      }

      @Override
      public void ask() {
        reading = Objects.requireNonNull(sampler.read(), "it returned null");
      }

      @Override
      public void answered() {
        Reading given = Objects.requireNonNull(reading);
        if (given.samples().isEmpty() && given.units().isEmpty() && given.unreadable().isEmpty()) {
          return;
        }
        gives(name).add(given.samples(), given.units());
        samples.addAll(given.samples());
        units.addAll(given.units());
        unreadable.addAll(given.unreadable());
      }

      @Override
      public void failed(String why) {
        blame(plugin(), why);
      }
    }

    /** What a detector is asked for. */
    private final class Detects implements PluginCalls.Call {
      private final String name;
      private final Detector detector;
      private @Nullable Detection detection;
      private @Nullable String fault;
      private boolean lacks;

      Detects(String name, Detector detector) {
        this.name = name;
        this.detector = detector;
      }

      @Override
      public String plugin() {
        return "detector:" + name;
      }

      @Override
      public void ask() {
        Shown all = shown();
        PartialState part =
            all.missing().isEmpty() ? null : new PartialState(all.state(), all.missing());
        HostState state = part == null ? all.state() : part;
        Detection found = Objects.requireNonNull(detector.detect(state), "it returned null");
        if (!found.issues().isEmpty()) {
          Set<IssueType> declared = detector.reports();
          for (Issue issue : found.issues()) {
            if (!declared.contains(issue.type())) {
              throw new IllegalStateException(
                  "it reports " + issue.type() + " and declares " + declared);
            }
          }
        }
        Bounded bounded = Bounded.of(found);
        detection = bounded.taken();
        lacks = !bounded.concludes() || part != null && part.missed();
        fault = bounded.fault().orElse(null);
      }

      @Override
      public void answered() {
        detections.put(name, Objects.requireNonNull(detection));
        if (lacks) {
          missed.add(name);
        }
        if (fault != null) {
          faults.put(plugin(), fault);
        }
      }

      @Override
      public void failed(String why) {
        blame(plugin(), why);
      }
    }

    private void blame(String plugin, String why) {
      faults.put(calls.starved() ? "look" : plugin, why);
    }

    private Shown shown() {
      Shown made = shown;
      return made == null ? show() : made;
    }

    /** When the first detector asks: by then all samplers have been. */
    private synchronized Shown show() {
      Shown made = shown;
      if (made == null) {
        HostSnapshot state;
        try {
          history.add(samples);
          keep.accept(samples);
          index = index.of(samples);
          state =
              new HostSnapshot(time.now(), index, samples, units, unreadable, history, ownActions);
        } catch (RuntimeException e) { // nothing is known then, and that is said
          faults.put("look", "makes no sense together: " + e);
          state =
              new HostSnapshot(
                  time.now(),
                  MetricIndex.EMPTY,
                  List.of(),
                  List.of(),
                  unreadable,
                  history,
                  ownActions);
        }
        List<Gives> missing =
            faults.keySet().stream()
                .filter(plugin -> plugin.startsWith(SAMPLER))
                .map(plugin -> gives(plugin.substring(SAMPLER.length())))
                .toList();
        made = new Shown(state, missing);
        shown = made;
      }
      return made;
    }

    Observation observation() {
      return new Observation(startedNanos, shown().state(), detections, missed, faults);
    }
  }
}
