package dev.healing.detect;

import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostFiles.Space;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What one look has gathered so far. */
final class Gathered {
  /** What is unreadable when the list of mounts is. */
  static final String FILESYSTEMS = Metric.FILESYSTEM_USED;

  private final Instant at;
  private final List<Sample> samples = new ArrayList<>(24);
  private final List<UnitState> units = new ArrayList<>(0);
  private final List<Unreadable> unreadable = new ArrayList<>(2);
  private OptionalDouble worstFileSystem = OptionalDouble.empty();

  Gathered(Instant at) {
    this.at = at;
  }

  Instant at() {
    return at;
  }

  void add(Metric metric, double value) {
    samples.add(new Sample(metric, value, at));
  }

  void add(Metric metric, OptionalDouble value) {
    if (value.isPresent()) {
      add(metric, value.getAsDouble());
    }
  }

  /** Adds the value, or says that it is missing. */
  void require(Metric metric, OptionalDouble value, String why) {
    add(metric, value);
    if (value.isEmpty()) {
      unreadable(metric.toString(), why);
    }
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  void space(String place, Space space, Instant measuredAt) {
    double used = space.usedFraction();
    if (space.totalBytes() <= 0
        || Math.min(space.freeBytes(), space.availableBytes()) < 0
        || !(used >= 0 && used <= 1)) {
      unreadable(
          place,
          String.format(
              "it says that of %d bytes %d are free and %d available",
              space.totalBytes(), space.freeBytes(), space.availableBytes()));
      return;
    }
    samples.add(new Sample(Metric.of(Metric.FILESYSTEM_USED, place), used, measuredAt));
    Metric available = Metric.of(Metric.FILESYSTEM_AVAILABLE, place);
    samples.add(new Sample(available, space.availableBytes(), measuredAt));
    worstFileSystem = Numbers.larger(worstFileSystem, OptionalDouble.of(used));
  }

  void inodes(Metric metric, double used, Instant measuredAt) {
    samples.add(new Sample(metric, used, measuredAt));
    worstFileSystem = Numbers.larger(worstFileSystem, OptionalDouble.of(used));
  }

  void units(List<UnitState> found) {
    units.addAll(found);
  }

  void unreadable(String what, @Nullable String why) {
    unreadable.add(new Unreadable(what, String.valueOf(why)));
  }

  /** Whether it was already said that this is unreadable. */
  boolean lacks(String what) {
    return unreadable.stream().anyMatch(u -> u.what().equals(what));
  }

  OptionalDouble worstFileSystem() {
    return worstFileSystem;
  }

  Reading reading() {
    return new Reading(samples, units, unreadable);
  }
}
