package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file systems that are watched. The list of mounts is read again every few seconds and parsed
 * only if it changed. What may hang is asked on a thread of its own, one question at a time.
 */
final class FileSystems {
  private static final String MOUNTS = "/proc/self/mountinfo";
  private static final String HOSTS_MOUNTS = "/proc/1/mountinfo";
  private static final long LIST_NANOS = Duration.ofSeconds(5).toNanos();

  private final HostContext context;
  private final Set<String> configured;
  private final InodeReader inodes;
  private final FileSystemFaults faults;
  private final Map<String, SlowSpace> slow = new HashMap<>();
  private String lastText = "";
  private long listedAt;
  private boolean listed;
  private List<MountInfo> watched = List.of();

  FileSystems(HostContext context, List<String> configured) {
    this.context = context;
    this.configured = new LinkedHashSet<>(configured);
    this.inodes = new InodeReader(context);
    this.faults = new FileSystemFaults(context);
  }

  /** Adds what is known of each of them to the look. */
  void sample(Gathered gathered) {
    try {
      list();
    } catch (HostException e) {
      listed = false;
      gathered.unreadable(Gathered.FILESYSTEMS, e.getMessage());
      return;
    }
    List<String> local = new ArrayList<>();
    Set<String> dead = new HashSet<>();
    for (MountInfo mount : watched) {
      String place = mount.mountPoint();
      if (FileSystemChoice.mayHang(mount)) {
        slow.computeIfAbsent(place, p -> new SlowSpace(context, p)).sample(gathered);
      } else {
        bytes(gathered, place, dead);
        local.add(place);
      }
    }
    for (String place : configured) {
      if (watched.stream().noneMatch(mount -> mount.mountPoint().equals(place))) {
        gathered.unreadable(place, "nothing is mounted there");
      }
    }
    inodes.sample(gathered, local);
    faults.sample(gathered, watched, dead);
  }

  private void list() {
    long now = context.time().monotonicNanos();
    if (listed && now - listedAt < LIST_NANOS) {
      return;
    }
    String text =
        hosts()
            .or(() -> context.files().read(MOUNTS))
            .orElseThrow(() -> new HostException(MOUNTS + " is not there: is /proc mounted?"));
    if (!text.equals(lastText)) {
      List<MountInfo> mounted = MountInfo.parse(text);
      if (mounted.isEmpty()) {
        throw new HostException(MOUNTS + " names no file system");
      }
      watched = FileSystemChoice.of(mounted, configured);
      lastText = text;
    }
    listedAt = now;
    listed = true;
  }

  /** A unit that may not write everywhere sees mounts that are read-only, and the host does not. */
  private Optional<String> hosts() {
    try {
      return context.files().read(HOSTS_MOUNTS);
    } catch (HostException e) { // only root may
      return Optional.empty();
    }
  }

  private void bytes(Gathered gathered, String place, Set<String> dead) {
    try {
      gathered.space(place, context.files().space(place), gathered.at());
    } catch (HostException e) {
      // It may have been unmounted since: list again at the next look.
      listed = false;
      gathered.unreadable(place, e.getMessage());
      if (String.valueOf(e.getMessage()).endsWith("Input/output error")) {
        dead.add(place);
      }
    }
  }
}
