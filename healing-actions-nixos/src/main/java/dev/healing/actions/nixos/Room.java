package dev.healing.actions.nixos;

import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.spi.HostFiles;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be gained where files are deleted.
 *
 * @param name of the place, for messages
 * @param measured name of the number that tells the gain
 * @param availableBytes that number
 * @param usedBytes what is in use
 * @param inodesUsedFraction how many of the files that it can have there are; 0 if that is no
 *     matter
 */
record Room(
    String name, String measured, long availableBytes, long usedBytes, double inodesUsedFraction) {
  /** On a file system; how many inodes are left is what the issue says. */
  static Room onDisk(HostFiles files, String mount, Issue issue) {
    HostFiles.Space space = files.space(mount);
    return new Room(
        mount,
        "available.bytes",
        space.availableBytes(),
        Math.max(0, space.totalBytes() - space.freeBytes()),
        issue
            .metrics()
            .getOrDefault(Metric.of(Metric.FILESYSTEM_INODES_USED, mount).toString(), 0.0));
  }

  static Room inMemory(HostFiles files) {
    MemAvailable memory = MemAvailable.read(files);
    return new Room(
        "memory", "memory.available.bytes", memory.availableBytes(), memory.usedBytes(), 0);
  }

  /** How full it is when so much has gone. */
  double usedFraction(long withoutBytes) {
    long usable = usedBytes + availableBytes;
    return usable <= 0 ? 1 : (double) Math.max(0, usedBytes - withoutBytes) / usable;
  }

  /** Why deleting so much would not be worth it; empty if it is. */
  Optional<String> tooLittle(long files, long bytes, SweepLimits limits) {
    double target = limits.target();
    boolean reached = usedFraction(0) > target && usedFraction(bytes) <= target;
    boolean inodesShort = inodesUsedFraction > target;
    if (reached || bytes >= limits.minBytes() || inodesShort && files >= limits.minFiles()) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "too little to delete what cannot be brought back: %d files, %s leave %s at %.0f %%;"
                + " expected at most target %.0f %%, or min-bytes %s%s; name more roots, or lower"
                + " min-bytes",
            files,
            Checks.size(bytes),
            name,
            usedFraction(bytes) * 100,
            target * 100,
            Checks.size(limits.minBytes()),
            inodesShort ? ", or min-files " + limits.minFiles() : ""));
  }
}
