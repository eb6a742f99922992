package dev.healing.detect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import oshi.util.GlobalConfig;

/**
 * Which mounts are worth watching: those with data of their own that can fill up.
 *
 * <p>What is mounted read-only does not fill up, and nobody could make room on it: of that only
 * places for kernels count. The root counts whatever its type; of the others what is on a block
 * device or is a pool, unless its type is one of OSHI's pseudo or network types or an image that is
 * always full, or the device is already watched at another place. What is mounted on demand, as an
 * EFI partition may be, would never be unmounted again if it was watched. What is configured counts
 * always.
 */
final class FileSystemChoice {
  private static final Set<String> PSEUDO = types(GlobalConfig.OSHI_PSEUDO_FILESYSTEM_TYPES);
  private static final Set<String> NETWORK = types(GlobalConfig.OSHI_NETWORK_FILESYSTEM_TYPES);
  private static final Set<String> POOLS = Set.of("zfs", "btrfs", "bcachefs");

  /** Made full and never written: nothing is wrong with them. */
  private static final Set<String> IMAGES =
      Set.of("squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs");

  /** Served by another process or machine: not in OSHI's list, may hang all the same. */
  private static final Set<String> SERVED = Set.of("9p", "virtiofs", "ceph", "lustre", "fuse");

  private static final Set<String> PLUMBING = Set.of("/run/", "/dev/", "/proc/", "/sys/");

  /** Some are only writable while a kernel is installed, which fails if they are full. */
  private static final Set<String> FOR_KERNELS = Set.of("/boot", "/boot/efi", "/efi");

  /** Where desktops mount what a person plugs in (udisks). */
  private static final String PLUGGED_IN = "/run/media/";

  private FileSystemChoice() {}

  private static Set<String> types(String key) {
    return Arrays.stream(GlobalConfig.get(key, "").split(","))
        .map(String::strip)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether asking about it may hang, because somebody else has to answer. */
  static boolean mayHang(MountInfo mount) {
    return NETWORK.contains(mount.type())
        || SERVED.contains(mount.type())
        || mount.type().startsWith("fuse.");
  }

  /** The mounts to watch, each file system once; configured ones at the place that was named. */
  static List<MountInfo> of(List<MountInfo> all, Collection<String> configured) {
    Map<String, MountInfo> visible = new LinkedHashMap<>();
    // A later mount at the same place hides the earlier one.
    all.forEach(mount -> visible.put(mount.mountPoint(), mount));
    Set<String> onDemand =
        all.stream()
            .filter(MountInfo::automount)
            .map(MountInfo::mountPoint)
            .collect(Collectors.toUnmodifiableSet());
    Map<String, MountInfo> byDevice = new LinkedHashMap<>();
    List<MountInfo> chosen = new ArrayList<>();
    for (MountInfo mount : visible.values()) {
      if (configured.contains(mount.mountPoint())) {
        chosen.add(mount);
      } else if (real(mount) && !onDemand.contains(mount.mountPoint())) {
        byDevice.merge(mount.device(), mount, FileSystemChoice::better);
      }
    }
    chosen.forEach(mount -> byDevice.remove(mount.device()));
    List<MountInfo> result = new ArrayList<>(byDevice.values());
    result.addAll(chosen);
    return List.copyOf(result);
  }

  private static boolean real(MountInfo mount) {
    if (mount.mountPoint().equals("/")) {
      return !mount.readOnly();
    }
    return !PSEUDO.contains(mount.type())
        && !IMAGES.contains(mount.type())
        && !mayHang(mount)
        && (!mount.readOnly() || FOR_KERNELS.contains(mount.mountPoint()))
        && !plumbing(mount)
        && !mount.mountPoint().startsWith(PLUGGED_IN)
        && (mount.source().startsWith("/dev/") || POOLS.contains(mount.type()));
  }

  /** A part of a file system, handed in where no data is kept: a container's host does that. */
  private static boolean plumbing(MountInfo mount) {
    return !mount.root().equals("/")
        && PLUMBING.stream().anyMatch(place -> mount.mountPoint().startsWith(place));
  }

  /**
   * The place that people know it by: the root, else the whole and not a part, else the shorter.
   */
  private static MountInfo better(MountInfo one, MountInfo other) {
    return rank(other) < rank(one) ? other : one;
  }

  private static int rank(MountInfo mount) {
    if (mount.mountPoint().equals("/")) {
      return 0;
    }
    return mount.mountPoint().length() + (mount.root().equals("/") ? 0 : 1 << 16);
  }
}
