package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.api.HealingException;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What can be gained where files are deleted.
 *
 * @param name of the place, for messages
 * @param measured name of the number that tells the gain
 * @param availableBytes that number
 * @param usedBytes what is in use
 * @param target use at which the issue is over
 * @param filesTooMany how many files fewer bring it a little below target where inodes run out; 0
 *     where they do not, {@link Long#MAX_VALUE} if nobody knows how many that are
 */
record Room(
    String name,
    String measured,
    long availableBytes,
    long usedBytes,
    double target,
    long filesTooMany) {
  /** So far below target, or what is written meanwhile would bring it back at once. */
  static final double RESERVE = 0.01;

  private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

  /** Reads it anew on the file system that the issue is about; inodes if it is about those. */
  static Supplier<Room> onDisk(HostContext host, Issue issue, double target) {
    String mount = issue.components().first();
    Metric inodes = Metric.of(Metric.FILESYSTEM_INODES_USED, mount);
    boolean inodesToo = issue.metrics().getOrDefault(inodes.toString(), 0.0) > target;
    // What is predicted of inodes says nothing of bytes, and has a target of its own.
    boolean inodesAlone =
        issue.type().equals(IssueType.PREDICTED_DISK_FULL)
            && !issue.metrics().containsKey(Metric.of(Metric.FILESYSTEM_USED, mount).toString());
    double bytesTarget = inodesAlone && inodesToo ? 1 : target;
    return () -> {
      HostFiles.Space space = host.files().space(mount);
      return new Room(
          mount,
          "available.bytes",
          space.availableBytes(),
          Math.max(0, space.totalBytes() - space.freeBytes()),
          bytesTarget,
          inodesToo ? filesTooMany(host, mount, target) : 0);
    };
  }

  private static long filesTooMany(HostContext host, String mount, double target) {
    Command stat = Command.of(TIME_LIMIT, "stat", "-f", "-c", "%c %d").operands(List.of(mount));
    try {
      String[] inodes = host.commands().run(stat).stdout().strip().split(" ", 2);
      long total = Long.parseLong(inodes[0]);
      long used = total - Long.parseLong(inodes[inodes.length - 1]);
      return used > target * total ? used - mayBeUsed(target, total) : 0;
    } catch (HealingException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  static Room inMemory(HostContext host, double target) {
    MemAvailable memory = MemAvailable.read(host);
    return new Room(
        "memory", "memory.available.bytes", memory.availableBytes(), memory.usedBytes(), target, 0);
  }

  /** How full it is when so much has gone. */
  double usedFraction(long withoutBytes) {
    return usable() <= 0 ? 1 : (double) Math.max(0, usedBytes - withoutBytes) / usable();
  }

  private long usable() {
    return usedBytes + availableBytes;
  }

  /** Whether there is something that must go. */
  boolean full() {
    return bytesFull() || filesTooMany > 0;
  }

  private boolean bytesFull() {
    return usedFraction(0) > target;
  }

  /** Rounded, not cut: 94 % less 1 % is a little less than 93 %, and would take a file more. */
  private static long mayBeUsed(double target, long all) {
    return Math.round((target - RESERVE) * all);
  }

  /** What brings it a little below target; where it is there already, what is worth a run. */
  Amount needed(SweepLimits limits) {
    long bytesTooMany = usedBytes - mayBeUsed(target, usable());
    return full()
        ? new Amount(filesTooMany, bytesFull() ? Math.max(0, bytesTooMany) : 0)
        : new Amount(0, limits.minBytes());
  }

  /** How it stands when so much has gone, in words. */
  String after(Amount gone) {
    long percent = Math.round(target * 100);
    if (!full()) {
      return name + " is not above " + percent + " % now: no more goes than makes a run worth it";
    }
    if (filesTooMany == Long.MAX_VALUE) {
      return "how many inodes "
          + name
          + " has cannot be read, so that nobody knows if it is enough";
    }
    return usedFraction(gone.bytes()) <= target && gone.files() >= filesTooMany
        ? "which is enough to bring " + name + " down to " + percent + " %"
        : "which alone does not bring " + name + " down to " + percent + " %";
  }

  /** Why deleting so much would not be worth it; empty if it is. */
  Optional<String> tooLittle(Amount gone, SweepLimits limits) {
    boolean reached = bytesFull() && usedFraction(gone.bytes()) <= target;
    boolean inodesShort = filesTooMany > 0;
    if (reached
        || gone.bytes() >= limits.minBytes()
        || inodesShort && gone.files() >= Math.min(limits.minFiles(), filesTooMany)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "too little to delete what cannot be brought back: %s leave %s at %.0f %%;"
                + " expected at most target %.0f %%, or min-bytes %s%s; name more roots, or lower"
                + " min-bytes",
            gone,
            name,
            usedFraction(gone.bytes()) * 100,
            target * 100,
            Checks.size(limits.minBytes()),
            inodesShort ? ", or min-files " + limits.minFiles() : ""));
  }
}
