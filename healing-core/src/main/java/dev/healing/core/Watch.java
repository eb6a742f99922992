package dev.healing.core;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.OwnAction;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.core.PartialState.Gives;
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
final class Watch {
  private static final String SAMPLER = "sampler:";

  private final TimeSource time;
  private final PluginCalls calls;
  private final Consumer<List<Sample>> keep;
  private final MetricHistory history = new MetricHistory();
  private final Map<String, Gives> given = new ConcurrentHashMap<>();

  /**
   * Looks at nothing yet.
   *
   * @param keep is given the samples of each look, on a worker; returns at once
   */
  Watch(TimeSource time, Workers workers, Consumer<List<Sample>> keep) {
    this.time = time;
    this.keep = keep;
    this.calls = new PluginCalls("look", time, workers);
  }

  boolean looking() {
    return calls.busy();
  }

  /**
   * Begins a look.
   *
   * @param detectors all to ask, by name
   * @param ownActions what we have done and do, for them
   * @param done is given what was found, on a worker
   */
  void begin(
      Plugins plugins,
      Map<String, Detector> detectors,
      List<OwnAction> ownActions,
      Consumer<Observation> done) {
    Collected found = new Collected(ownActions);
    List<PluginCalls.Call> asked = new ArrayList<>(plugins.samplers().size() + detectors.size());
    plugins
        .samplers()
        .forEach(
            (name, sampler) ->
                asked.add(found.call(SAMPLER + name, () -> found.ask(name, sampler))));
    detectors.forEach(
        (name, detector) ->
            asked.add(found.call("detector:" + name, () -> found.ask(name, detector))));
    calls.begin(asked, () -> done.accept(found.observation()));
  }

  /** Goes on with other plugins. */
  void startAnew() {
    calls.startAnew();
    given.clear();
  }

  /** The look that was begun has arrived. */
  void ended() {
    calls.ended();
  }

  /** As {@link PluginCalls#enforce}. */
  Optional<Duration> enforce(Duration deadline) {
    return calls.enforce(deadline);
  }

  /** What one look has found so far. Belongs to the worker that makes the calls. */
  private final class Collected {
    private final long startedNanos = time.monotonicNanos();
    private final List<OwnAction> ownActions;
    private final List<Sample> samples = new ArrayList<>();
    private final List<UnitState> units = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private final Map<String, Detection> detections = new LinkedHashMap<>();
    private final Map<String, String> faults = new LinkedHashMap<>();
    private final Set<String> missed = new HashSet<>();
    private @Nullable HostSnapshot state;

    Collected(List<OwnAction> ownActions) {
      this.ownActions = ownActions;
    }

    PluginCalls.Call call(String plugin, PluginCalls.Question question) {
      return new PluginCalls.Call(plugin, question, why -> faults.put(blamed(plugin), why));
    }

    private String blamed(String plugin) {
      return calls.starved() ? "look" : plugin;
    }

    Runnable ask(String name, Sampler sampler) {
      Reading reading = Objects.requireNonNull(sampler.read(), "it returned null");
      return () -> {
        given.computeIfAbsent(name, n -> new Gives()).add(reading.samples(), reading.units());
        samples.addAll(reading.samples());
        units.addAll(reading.units());
        unreadable.addAll(reading.unreadable());
      };
    }

    Runnable ask(String name, Detector detector) {
      PartialState shown = new PartialState(state(), missing());
      Detection detection = Objects.requireNonNull(detector.detect(shown), "it returned null");
      Set<IssueType> declared = detector.reports();
      for (Issue issue : detection.issues()) {
        if (!declared.contains(issue.type())) {
          throw new IllegalStateException(
              "it reports " + issue.type() + " and declares " + declared);
        }
      }
      return () -> {
        detections.put(name, detection);
        if (shown.missed()) {
          missed.add(name);
        }
      };
    }

    private synchronized List<Gives> missing() {
      if (faults.isEmpty()) {
        return List.of();
      }
      return faults.keySet().stream()
          .filter(plugin -> plugin.startsWith(SAMPLER))
          .map(plugin -> given.getOrDefault(plugin.substring(SAMPLER.length()), new Gives()))
          .toList();
    }

    /** Made when the first detector asks: by then all samplers have been. */
    private synchronized HostSnapshot state() {
      if (state == null) {
        history.add(samples);
        keep.accept(samples);
        state = new HostSnapshot(time.now(), samples, units, unreadable, history, ownActions);
      }
      return state;
    }

    Observation observation() {
      return new Observation(startedNanos, state(), detections, missed, faults);
    }
  }
}
