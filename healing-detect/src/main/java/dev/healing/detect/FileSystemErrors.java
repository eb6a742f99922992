package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Reading;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.OwnGroup;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The errors that the kernel found on a file system. ext4 and btrfs count them, for ever, and keep
 * the count with the file system; xfs counts nothing and says so in the kernel's log.
 */
final class FileSystemErrors {
  /** Name of the count in the last hour of those that only the log tells; component: the device. */
  static final String LOGGED = "filesystem.errors.logged.count";

  private static final String BTRFS = "/sys/fs/btrfs";
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** Of one device: reads, writes and flushes that failed, and what its checksum belies. */
  private static final Pattern OF_DEVICE = Pattern.compile("(?m)^\\w+_errs (\\d{1,18})\n");

  /** Nobody but the kernel can write with that transport; 1 is its level for alerts. */
  private static final List<String> ALERTS = List.of("_TRANSPORT=kernel", "PRIORITY=1");

  /**
   * As fs/xfs says that something is wrong on the disk, or that it gives the file system up. A
   * wrong checksum (74) or structure (117) was told a line before.
   */
  private static final Pattern XFS =
      Pattern.compile(
          "(?m)^XFS \\(([\\w.-]{1,64})\\): (?:Metadata (?:CRC error|corruption) detected"
              + "|metadata I/O error(?!.* error (?:74|117)\\b)|Internal error |Corruption "
              + "|.*Shutting down filesystem)");

  private final HostContext context;
  private final JournalCounts log;

  FileSystemErrors(HostContext context) {
    this.context = context;
    this.log = new JournalCounts(context, LOGGED, ALERTS, FileSystemErrors::parse);
  }

  /** All that were ever counted on it; absent if they are not counted. */
  OptionalLong counted(MountInfo mount) {
    try {
      return switch (mount.type()) {
        case "ext4" -> number("/sys/fs/ext4/" + device(mount) + "/errors_count");
        case "btrfs" -> ofBtrfs(name(mount));
        default -> OptionalLong.empty();
      };
    } catch (IOException | HostException e) {
      return OptionalLong.empty(); // not counted here
    }
  }

  /** What the log says of any; nothing where it is another host's. */
  Reading logged() {
    return OwnGroup.inContainer(context.files()) ? NOTHING : log.read();
  }

  /** Whether the log tells of this device. */
  boolean onDevice(MountInfo mount, String device) {
    try {
      return device(mount).equals(device);
    } catch (IOException e) {
      return false;
    }
  }

  /** The kernel's name of a device may be another than the one that it was mounted by. */
  private String device(MountInfo mount) throws IOException {
    Path link = context.files().path("/sys/dev/block/" + mount.device());
    return Files.readSymbolicLink(link).getFileName().toString();
  }

  /** A btrfs has no device of its own but several, of which one is named. */
  private String name(MountInfo mount) {
    Path device = context.files().path(mount.source());
    try {
      return device.toRealPath().getFileName().toString();
    } catch (IOException e) {
      return device.getFileName().toString(); // as in a unit that sees no devices
    }
  }

  private OptionalLong ofBtrfs(String device) throws IOException {
    HostFiles files = context.files();
    for (String place : below(files, BTRFS)) {
      if (Files.exists(files.path(place + "/devices/" + device))) {
        long errors = 0;
        for (String one : below(files, place + "/devinfo")) {
          String counts = files.read(one + "/error_stats").orElse("");
          errors += OF_DEVICE.matcher(counts).results().mapToLong(FileSystemErrors::count).sum();
        }
        return OptionalLong.of(errors);
      }
    }
    return OptionalLong.empty();
  }

  private static long count(MatchResult line) {
    return Long.parseLong(line.group(1));
  }

  /** The directories in this one, if there is one. */
  static List<String> below(HostFiles files, String place) throws IOException {
    if (!Files.isDirectory(files.path(place))) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(files.path(place), Files::isDirectory)) {
      all.forEach(one -> found.add(place + "/" + one.getFileName()));
    }
    found.sort(null);
    return found;
  }

  private OptionalLong number(String file) {
    Optional<String> text = context.files().read(file);
    return text.map(t -> Numbers.whole(t.strip())).orElse(OptionalLong.empty());
  }

  /** Errors by device. */
  static Map<String, Long> parse(String log) {
    Map<String, Long> errors = new TreeMap<>();
    for (MatchResult line : XFS.matcher(log).results().toList()) {
      errors.merge(line.group(1), 1L, Long::sum);
    }
    return errors;
  }
}
