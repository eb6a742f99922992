package dev.healing.detect;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is counted or switched rather than measured. Each is told at every look with the instant at
 * which it was first seen at that value, so that its history holds one sample for each change, and
 * {@link #grown} knows what came when, however long ago the look before was.
 *
 * <p>A level of a user's may be on none of them: it counts each measurement once, and one that is
 * told as of its last change is one measurement, however long it stays. They have detectors of
 * their own.
 */
final class Counters {
  /** The names of all that is told so. */
  private static final Set<String> NAMES =
      Set.of(
          LinkSampler.UP,
          FileSystemFaults.GIVEN_UP,
          FileSystemFaults.ERRORS,
          ServiceRestarts.RESTARTS,
          KernelSampler.OOM_KILLS.name(),
          OomVictims.KILLED);

  /** Names that come and go are not collected for ever. As many as systemd's signals tell of. */
  private static final int MOST = 1000;

  /**
   * So many at most are told as {@link #lately}: a part of what the metric history has room for.
   */
  private static final int MOST_LATELY = 100;

  private static final Comparator<Sample> BY_CHANGE =
      Comparator.comparing(Sample::at).thenComparing(Sample::metric);

  /** As many as the history keeps. */
  private static final int CHANGES = 600;

  private final Map<Metric, Sample> told = new TreeMap<>();

  /** Whether the samples of this name are as of the last change, and not as of the look. */
  static boolean tell(String name) {
    return NAMES.contains(name);
  }

  /**
   * Notes the value that the metric has now. Where the clock was set back since it came to that, it
   * has it from now on: what is dated in the future is in no window, and what comes next would grow
   * from nothing.
   */
  Sample note(Metric metric, double value, Instant now) {
    Sample before = told.get(metric);
    if (before != null && before.value() == value && !before.at().isAfter(now)) {
      return before;
    }
    if (before == null && told.size() >= MOST) {
      told.values().stream().min(BY_CHANGE).map(Sample::metric).ifPresent(told::remove);
    }
    Sample fresh = new Sample(metric, value, now);
    told.put(metric, fresh);
    return fresh;
  }

  /** The count that was noted last. */
  OptionalLong last(Metric metric) {
    Sample sample = told.get(metric);
    return sample == null ? OptionalLong.empty() : OptionalLong.of(Math.round(sample.value()));
  }

  void forget(Metric metric) {
    told.remove(metric);
  }

  /** All that are known. */
  List<Sample> all() {
    return new ArrayList<>(told.values());
  }

  /**
   * Those that changed within the longest window that a detector asks for, the newest if they are
   * many: of others nobody wants to know.
   */
  List<Sample> lately(Instant now) {
    Instant from = now.minus(Windows.MOST);
    return told.values().stream()
        .filter(sample -> sample.at().isAfter(from))
        .sorted(BY_CHANGE.reversed())
        .limit(MOST_LATELY)
        .toList();
  }

  /**
   * By how much it grew within this time before the look. One that fell began anew from 0; of one
   * that is seen for the first time nobody knows since when it is there.
   */
  static long grown(HostState state, Metric metric, Duration window) {
    Instant from = state.at().minus(window);
    List<Sample> changes = state.recent(metric, CHANGES);
    double grown = 0;
    for (int i = 1; i < changes.size(); i++) {
      double before = changes.get(i - 1).value();
      double after = changes.get(i).value();
      if (changes.get(i).at().isAfter(from)) {
        grown += after >= before ? after - before : after;
      }
    }
    return Math.round(grown);
  }
}
