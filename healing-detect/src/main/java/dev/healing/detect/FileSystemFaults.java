package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the kernel holds against file systems: that it lets nobody write any more, from the list of
 * mounts; and the errors that it finds on them. Those ext4 counts for ever and keeps with the file
 * system: what was there when it was mounted is no news.
 */
final class FileSystemFaults {
  /** Name of whether (1) the kernel has given it up, or not (0); since when it is so. */
  static final String GIVEN_UP = "filesystem.given_up.flag";

  /** Name of the errors that were found on it since we look. */
  static final String ERRORS = "filesystem.errors.count";

  private static final long ASK_NANOS = Duration.ofSeconds(10).toNanos();

  /** A file system at a place: another one there starts anew. */
  private record Watched(String place, String device) {
    static Watched of(MountInfo mount) {
      return new Watched(mount.mountPoint(), mount.device());
    }
  }

  private final HostContext context;
  private final Counters counters = new Counters();
  private final Map<Watched, Long> before = new HashMap<>();
  private final Map<Watched, Long> errors = new HashMap<>();
  private boolean asked;
  private long askedAt;

  FileSystemFaults(HostContext context) {
    this.context = context;
  }

  void sample(Look look, List<MountInfo> watched) {
    long now = context.time().monotonicNanos();
    if (!asked || now - askedAt >= ASK_NANOS) {
      asked = true;
      askedAt = now;
      count(watched);
    }
    for (MountInfo mount : watched) {
      String place = mount.mountPoint();
      Metric givenUp = Metric.of(GIVEN_UP, place);
      look.add(counters.note(givenUp, mount.givenUp() ? 1 : 0, look.at()));
      Long found = errors.get(Watched.of(mount));
      if (found != null) {
        look.add(counters.note(Metric.of(ERRORS, place), found, look.at()));
      }
    }
  }

  private void count(List<MountInfo> mounts) {
    errors.clear();
    for (MountInfo mount : mounts) {
      if (mount.type().equals("ext4")) {
        Watched watched = Watched.of(mount);
        errors(mount)
            .ifPresent(
                all -> {
                  long old = before.merge(watched, all, Math::min);
                  errors.put(watched, all - old);
                });
      }
    }
    before.keySet().retainAll(mounts.stream().map(Watched::of).toList());
  }

  /** The kernel's name of a device may be another than the one that it was mounted by. */
  private OptionalLong errors(MountInfo mount) {
    try {
      Path link = context.files().path("/sys/dev/block/" + mount.device());
      String device = Files.readSymbolicLink(link).getFileName().toString();
      return context
          .files()
          .read("/sys/fs/ext4/" + device + "/errors_count")
          .map(text -> Numbers.whole(text.strip()))
          .orElse(OptionalLong.empty());
    } catch (IOException | HostException e) {
      return OptionalLong.empty(); // not counted here
    }
  }
}
