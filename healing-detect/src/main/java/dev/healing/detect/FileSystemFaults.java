package dev.healing.detect;

import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel holds against file systems: that it lets nobody write any more, from the list of
 * mounts; and the errors that it finds on them ({@link FileSystemErrors}). Where they are counted
 * for ever, what was there when it was mounted is no news.
 */
final class FileSystemFaults {
  /** Name of whether (1) the kernel has given it up, or not (0); since when it is so. */
  static final String GIVEN_UP = "filesystem.given_up.flag";

  /** Name of the errors that were found on it since we look. */
  static final String ERRORS = "filesystem.errors.count";

  private static final long ASK_NANOS = Duration.ofSeconds(10).toNanos();

  private final HostContext context;
  private final FileSystemErrors found;
  private final Counters counters = new Counters();
  private final Map<List<String>, Long> before = new HashMap<>();
  private final Map<List<String>, Long> errors = new HashMap<>();
  private boolean asked;
  private long askedAt;

  FileSystemFaults(HostContext context) {
    this.context = context;
    this.found = new FileSystemErrors(context);
  }

  /**
   * Adds what is known of each.
   *
   * @param dead where the root cannot be read: before Linux 6.15 xfs does not say so in the list of
   *     mounts
   */
  void sample(Gathered gathered, List<MountInfo> watched, Set<String> dead) {
    long now = context.time().monotonicNanos();
    if (!asked || now - askedAt >= ASK_NANOS) {
      asked = true;
      askedAt = now;
      count(watched);
    }
    for (MountInfo mount : watched) {
      String place = mount.mountPoint();
      Metric givenUp = Metric.of(GIVEN_UP, place);
      boolean over = mount.givenUp() || dead.contains(place);
      gathered.add(counters.note(givenUp, over ? 1 : 0, gathered.at()));
      Long grown = errors.get(watched(mount));
      if (grown != null) {
        gathered.add(counters.note(Metric.of(ERRORS, place), grown, gathered.at()));
      }
    }
    logged(gathered, watched.stream().filter(mount -> mount.type().equals("xfs")).toList());
  }

  private void logged(Gathered gathered, List<MountInfo> mounts) {
    if (mounts.isEmpty()) {
      return;
    }
    Reading log = found.logged();
    log.unreadable().forEach(one -> gathered.unreadable(one.what(), one.why()));
    for (Sample one : log.samples()) {
      for (MountInfo mount : mounts) {
        if (found.onDevice(mount, one.metric().component())) {
          Metric metric = Metric.of(FileSystemErrors.LOGGED, mount.mountPoint());
          gathered.add(new Sample(metric, one.value(), one.at()));
        }
      }
    }
  }

  private void count(List<MountInfo> mounts) {
    errors.clear();
    for (MountInfo mount : mounts) {
      List<String> key = watched(mount);
      found
          .counted(mount)
          .ifPresent(
              all -> {
                long old = before.merge(key, all, Math::min);
                errors.put(key, all - old);
              });
    }
    before.keySet().retainAll(mounts.stream().map(FileSystemFaults::watched).toList());
  }

  /** A file system at a place: another one there starts anew. */
  private static List<String> watched(MountInfo mount) {
    return List.of(mount.mountPoint(), mount.device());
  }
}
