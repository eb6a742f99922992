package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Privilege;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How many reads and writes of disks failed in the last hour, by the kernel's log in the journal,
 * since nothing counts them for all kinds of disks. Asked every 10 minutes. Where there is no
 * journald, its journal is not ours to read, or the disks are another host's, nothing is told.
 */
final class DiskErrorLog {
  /** Name of the count in the last hour; the component is the disk. Only of those with some. */
  static final String ERRORS = "disk.errors.count";

  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(20);
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** Nobody but the kernel can write with that transport; 3 is its level for errors. */
  private static final Command ASK =
      Command.of(
          TIME_LIMIT,
          "journalctl",
          "--quiet",
          "--no-pager",
          "--output=cat",
          "--since=-1h",
          "_TRANSPORT=kernel",
          "PRIORITY=3");

  /**
   * As block/blk-mq.c writes it, before Linux 5.17 behind the name of a function. What is not
   * supported or reserved is no fault of the disk, and nobody loses anything by what is discarded.
   */
  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^(?:\\w+: )?(?:I/O|critical medium|protection|timeout) error, dev ([\\w.-]{1,64}),"
              + " sector \\d++(?! op \\w+:\\((?:DISCARD|SECURE_ERASE|WRITE_ZEROES)\\))\\b.*$");

  private final HostContext context;
  private final Predicate<String> judged;
  private final Background<Reading> told;
  private volatile boolean answered;

  /**
   * With nothing known yet.
   *
   * @param judged which disks are told of
   */
  DiskErrorLog(HostContext context, Predicate<String> judged) {
    this.context = context;
    this.judged = judged;
    this.told = new Background<>(context, "disk errors", EVERY);
  }

  Reading read() {
    return told.look(this::ask).map(Background.Told::what).orElse(NOTHING);
  }

  private Reading ask() {
    if (Containers.inOne(context.files())
        || !context.privileges().contains(Privilege.WRITE_SYSTEM_FILES)
        || !Files.exists(context.files().path("/run/systemd/journal/socket"))) {
      return NOTHING;
    }
    try {
      Result result = context.commands().run(ASK);
      if (result.timedOut()) {
        return unreadable("journalctl: " + result.complaint());
      }
      answered = true;
      var now = context.time().now();
      return new Reading(
          parse(result.stdout()).entrySet().stream()
              .filter(disk -> judged.test(disk.getKey()))
              .map(disk -> new Sample(Metric.of(ERRORS, disk.getKey()), disk.getValue(), now))
              .toList(),
          List.of(),
          List.of());
    } catch (HealingException e) {
      return unreadable(String.valueOf(e.getMessage()));
    }
  }

  /** What never was, as where there is no journalctl, is not missed. */
  private Reading unreadable(String why) {
    return answered
        ? new Reading(List.of(), List.of(), List.of(new Unreadable(ERRORS, why)))
        : NOTHING;
  }

  /** Errors by disk. */
  static Map<String, Integer> parse(String log) {
    Map<String, Integer> errors = new TreeMap<>();
    for (MatchResult line : LINE.matcher(log).results().toList()) {
      errors.merge(line.group(1), 1, Integer::sum);
    }
    return errors;
  }
}
