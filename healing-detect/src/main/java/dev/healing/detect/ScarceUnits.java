package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostFiles;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The services that have half or more of the tasks in use that they may have. All are looked
 * through seldom, those that were found at every look.
 */
final class ScarceUnits {
  private static final long SOUGHT_EVERY_NANOS = Duration.ofMinutes(1).toNanos();
  private static final double SCARCE_FRACTION = 0.5;

  private final TimeSource time;
  private final HostFiles files;
  private final Map<String, Unreadable> troubles = new TreeMap<>();
  private final Map<String, Sample> units = new TreeMap<>();
  private final Map<String, String> groups = new TreeMap<>();
  private boolean sought;
  private long soughtNanos;

  ScarceUnits(TimeSource time, HostFiles files) {
    this.time = time;
    this.files = files;
  }

  static boolean scarce(@Nullable Sample sample) {
    return sample != null && sample.value() >= SCARCE_FRACTION;
  }

  /** Adds what is known of them, and which of them cannot be read. */
  void sample(List<Sample> samples, List<Unreadable> unreadable) {
    long nanos = time.monotonicNanos();
    boolean due = !sought || nanos - soughtNanos >= SOUGHT_EVERY_NANOS;
    sought = true;
    groups.forEach(this::measure);
    if (due || groups.keySet().stream().anyMatch(this::gone)) {
      soughtNanos = nanos;
      seek();
    }
    samples.addAll(units.values());
    unreadable.addAll(troubles.values());
  }

  private void measure(String unit, String group) {
    troubles.remove(unit);
    units.remove(unit);
    try {
      KernelLimits.tasksOf(files, group)
          .ifPresent(used -> units.put(unit, KernelLimits.sample(unit, used, time)));
    } catch (HostException e) {
      troubles.put(unit, KernelLimits.unreadable(unit, e));
    }
  }

  private boolean gone(String unit) {
    return !units.containsKey(unit) && !troubles.containsKey(unit);
  }

  /** Those that are known and cannot be read are told as such: that is no recovery. */
  private void seek() {
    Map<String, String> all = new TreeMap<>();
    try {
      ControlGroups.services(files, ControlGroups.root(files, "pids"), all::put);
    } catch (HostException e) {
      groups.keySet().stream()
          .filter(this::gone)
          .forEach(unit -> troubles.put(unit, KernelLimits.unreadable(unit, e)));
      return; // where none was ever seen, none has a limit of its own for all we know
    }
    Set.copyOf(groups.keySet()).stream()
        .filter(unit -> !all.containsKey(unit))
        .forEach(this::forget);
    all.forEach(
        (unit, group) -> {
          boolean known = groups.containsKey(unit);
          if (gone(unit)) {
            measure(unit, group);
          }
          if (scarce(units.get(unit)) || known && troubles.containsKey(unit)) {
            groups.put(unit, group);
          } else {
            forget(unit);
          }
        });
  }

  private void forget(String unit) {
    groups.remove(unit);
    units.remove(unit);
    troubles.remove(unit);
  }
}
