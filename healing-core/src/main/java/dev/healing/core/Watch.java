package dev.healing.core;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.Sampler;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the host: all samplers, then all detectors, on a worker, one call after the other.
 *
 * <p>A call that throws or returns nonsense is contained and named. A call that takes longer than
 * its deadline is left behind on its thread, and the look goes on without it on another; until that
 * thread comes back, the plugin is not called again. So there is at most one stuck thread for each
 * plugin, and no look takes longer than the deadlines of those that hang in it.
 *
 * <p>All methods belong to the engine's thread; only {@link Run} is shared with workers.
 */
final class Watch {
  private final TimeSource time;
  private final Workers workers;
  private final MetricHistory history = new MetricHistory();
  private final Map<String, Workers.Task> stuck = new HashMap<>();
  private @Nullable Run run;

  Watch(TimeSource time, Workers workers) {
    this.time = time;
    this.workers = workers;
  }

  boolean looking() {
    return run != null;
  }

  /**
   * Begins a look.
   *
   * @param detectors all to ask, by name
   * @param done is given what was found, on a worker
   */
  void begin(Plugins plugins, Map<String, Detector> detectors, Consumer<Observation> done) {
    stuck.values().removeIf(Workers.Task::done);
    Run next = new Run(plugins, detectors, done);
    run = next;
    next.continueOnWorker();
  }

  /** The look that was begun has arrived. */
  void ended() {
    run = null;
  }

  /**
   * Leaves behind a call that has taken too long.
   *
   * @return how long until this must be asked again; absent when no look is under way
   */
  Optional<Duration> enforce(Duration deadline) {
    return Optional.ofNullable(run).map(current -> current.enforce(deadline.toNanos()));
  }

  /** Asks a plugin, and says how to keep its answer. */
  @FunctionalInterface
  private interface Call {
    Runnable ask();
  }

  /** One look on its way. What it collects is guarded by its lock. */
  private final class Run {
    private final Consumer<Observation> done;
    private final long startedNanos = time.monotonicNanos();
    private final List<String> order = new ArrayList<>();
    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<UnitState> units = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private final Map<String, Detection> detections = new LinkedHashMap<>();
    private final Map<String, String> faults = new LinkedHashMap<>();
    private @Nullable HostSnapshot state;
    private int next;
    private int worker; // the number of the one that works on this look; others are left behind
    private boolean calling; // a plugin of this look has been called and has not come back
    private long callStartedNanos;
    private Workers.@Nullable Task task;

    Run(Plugins plugins, Map<String, Detector> detectors, Consumer<Observation> done) {
      this.done = done;
      plugins.samplers().forEach((name, sampler) -> add("sampler:" + name, () -> ask(sampler)));
      detectors.forEach((name, detector) -> add("detector:" + name, () -> ask(name, detector)));
      order.addAll(calls.keySet());
    }

    private void add(String plugin, Call call) {
      if (stuck.containsKey(plugin)) {
        faults.put(plugin, "has not come back from an earlier look");
      } else {
        calls.put(plugin, call);
      }
    }

    private Runnable ask(Sampler sampler) {
      Reading reading = Objects.requireNonNull(sampler.read(), "it returned null");
      return () -> {
        samples.addAll(reading.samples());
        units.addAll(reading.units());
        unreadable.addAll(reading.unreadable());
      };
    }

    private Runnable ask(String name, Detector detector) {
      Detection detection = Objects.requireNonNull(detector.detect(snapshot()), "it returned null");
      Set<IssueType> declared = detector.reports();
      for (Issue issue : detection.issues()) {
        if (!declared.contains(issue.type())) {
          throw new IllegalStateException(
              "it reports " + issue.type() + " and declares " + declared);
        }
      }
      return () -> detections.put(name, detection);
    }

    synchronized void continueOnWorker() {
      int me = ++worker;
      calling = false;
      callStartedNanos = time.monotonicNanos();
      task = workers.start("look", () -> work(me));
    }

    private void work(int me) {
      for (Optional<String> plugin = next(me); plugin.isPresent(); plugin = next(me)) {
        Runnable keep;
        try {
          keep = Objects.requireNonNull(calls.get(plugin.orElseThrow())).ask();
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
          String fault = "threw " + e;
          keep = () -> faults.put(order.get(next - 1), fault);
        }
        keep(me, keep);
      }
      end(me);
    }

    private synchronized Optional<String> next(int me) {
      if (me != worker || next == order.size()) {
        return Optional.empty();
      }
      calling = true;
      callStartedNanos = time.monotonicNanos();
      return Optional.of(order.get(next++));
    }

    private synchronized void keep(int me, Runnable answer) {
      if (me == worker) {
        calling = false;
        answer.run();
      }
    }

    private synchronized void end(int me) {
      if (me == worker) {
        done.accept(new Observation(startedNanos, snapshot(), detections, faults));
      }
    }

    private synchronized HostSnapshot snapshot() {
      if (state == null) {
        history.add(samples);
        state = new HostSnapshot(time.now(), samples, units, unreadable, history);
      }
      return state;
    }

    /** Goes on without a call that is late. Says when to ask again. */
    synchronized Duration enforce(long deadlineNanos) {
      long left = callStartedNanos + deadlineNanos - time.monotonicNanos();
      boolean late = left <= 0 && calling;
      if (!late) {
        return Duration.ofNanos(left > 0 ? left : deadlineNanos);
      }
      String plugin = order.get(next - 1);
      faults.put(
          plugin, "did not come back within " + Duration.ofNanos(deadlineNanos).toMillis() + " ms");
      Workers.Task behind = Objects.requireNonNull(task);
      stuck.put(plugin, behind);
      behind.cancel();
      continueOnWorker();
      return Duration.ofNanos(deadlineNanos);
    }
  }
}
