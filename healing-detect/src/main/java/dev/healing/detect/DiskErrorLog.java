package dev.healing.detect;

import dev.healing.api.Reading;
import dev.healing.spi.HostContext;
import dev.healing.spi.OwnGroup;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How many reads and writes of disks failed in the last hour, by the kernel's log in the journal,
 * since nothing counts them for all kinds of disks. Where the disks are another host's, nothing is
 * told.
 */
final class DiskErrorLog {
  /** Name of the count in the last hour; the component is the disk. Only of those with some. */
  static final String ERRORS = "disk.errors.count";

  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** Nobody but the kernel can write with that transport; 3 is its level for errors. */
  private static final List<String> MESSAGES = List.of("_TRANSPORT=kernel", "PRIORITY=3");

  /**
   * As block/blk-mq.c writes it, before Linux 5.17 behind the name of a function. What is not
   * supported or reserved is no fault of the disk, and nobody loses anything by what is discarded.
   */
  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^(?:\\w+: )?(?:I/O|critical medium|protection|timeout) error, dev ([\\w.-]{1,64}),"
              + " sector \\d++(?! op \\w+:\\((?:DISCARD|SECURE_ERASE|WRITE_ZEROES)\\))\\b.*$");

  private final boolean anothers;
  private final JournalCounts errors;

  /**
   * With nothing known yet.
   *
   * @param judged which disks are told of
   */
  DiskErrorLog(HostContext context, Predicate<String> judged) {
    this.anothers = OwnGroup.inContainer(context.files());
    this.errors =
        new JournalCounts(
            context,
            ERRORS,
            MESSAGES,
            log -> {
              Map<String, Long> found = parse(log);
              found.keySet().removeIf(judged.negate());
              return found;
            });
  }

  Reading read() {
    return anothers ? NOTHING : errors.read();
  }

  /** Errors by disk. */
  static Map<String, Long> parse(String log) {
    Map<String, Long> errors = new TreeMap<>();
    for (MatchResult line : LINE.matcher(log).results().toList()) {
      errors.merge(line.group(1), 1L, Long::sum);
    }
    return errors;
  }
}
