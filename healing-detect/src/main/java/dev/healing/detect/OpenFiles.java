package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.HostFiles;
import dev.healing.spi.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How near processes of services are to their own limit of open files (RLIMIT_NOFILE), where it is
 * that "Too many open files" comes from: the limit of the whole host is beyond what any has. All
 * are looked at once a minute, and those that have half of it every 10 s. Of a service it is the
 * process that is nearest. Processes in groups below that of the service, as of containers, are
 * others' and not looked at.
 */
final class OpenFiles {
  /** Name of the part of its limit that a process of the service has open. */
  static final String USED = "service.files.used.fraction";

  /** How often they are measured that have much of it. */
  static final Duration EVERY = Duration.ofSeconds(10);

  private static final long ALL_NANOS = Duration.ofMinutes(1).toNanos();
  private static final double SCARCE_FRACTION = 0.5;

  /** Who has fewer is not asked for its limit: hardly anybody sets one that is so low. */
  private static final int FEW = 100;

  private static final Pattern SOFT_LIMIT =
      Pattern.compile("(?m)^Max open files\\s+(\\d{1,18})\\s+\\S+\\s+files\\s*$");

  private final TimeSource time;
  private final HostFiles files;
  private final Map<String, String> scarceGroups = new TreeMap<>();
  private final Map<String, Sample> scarce = new TreeMap<>();
  private boolean measured;
  private long allNanos;
  private long scarceNanos;

  OpenFiles(TimeSource time, HostFiles files) {
    this.time = time;
    this.files = files;
  }

  /** Of the services that have half of their limit in use. */
  List<Sample> sample() {
    long now = time.monotonicNanos();
    if (!measured || now - allNanos >= ALL_NANOS) {
      measured = true;
      allNanos = now;
      scarceNanos = now;
      measureAll();
    } else if (now - scarceNanos >= EVERY.toNanos()) {
      scarceNanos = now;
      Map.copyOf(scarceGroups).forEach(this::measure);
    }
    return List.copyOf(scarce.values());
  }

  private void measureAll() {
    scarceGroups.clear();
    scarce.clear();
    try {
      ControlGroups.services(files, ControlGroups.root(files, "systemd"), this::measure);
    } catch (HostException e) {
      scarce.clear(); // no control groups here: nobody is anybody's
    }
  }

  private void measure(String unit, String group) {
    double most = 0;
    for (String pid : text(group + "/cgroup.procs").split("\n")) {
      if (Numbers.whole(pid).isPresent()) {
        most = Math.max(most, used("/proc/" + pid).orElse(0));
      }
    }
    scarce.remove(unit);
    scarceGroups.remove(unit);
    if (most >= SCARCE_FRACTION) {
      scarceGroups.put(unit, group);
      scarce.put(unit, new Sample(Metric.of(USED, unit), most, time.now()));
    }
  }

  private OptionalDouble used(String process) {
    long open = open(files.path(process + "/fd"));
    OptionalLong most = open < FEW ? OptionalLong.empty() : softLimit(text(process + "/limits"));
    return most.isEmpty() || most.getAsLong() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, (double) open / most.getAsLong()));
  }

  /** Absent if there is none. */
  static OptionalLong softLimit(String limits) {
    Matcher line = SOFT_LIMIT.matcher(limits);
    return line.find() ? Numbers.whole(line.group(1)) : OptionalLong.empty();
  }

  /**
   * How many, or fewer than {@link #FEW}. Since Linux 6.2 that is the size of the directory, so
   * that most need not be listed; before it is 0, and nowhere is it less.
   */
  private static long open(Path directory) {
    try {
      long size = Files.size(directory);
      return size > 0 && size < FEW ? size : listed(directory);
    } catch (IOException | UncheckedIOException e) {
      return 0; // it has ended meanwhile, or is hidden from us
    }
  }

  private static long listed(Path directory) throws IOException {
    try (Stream<Path> open = Files.list(directory)) {
      return open.count();
    }
  }

  private String text(String file) {
    try {
      return files.read(file).orElse("");
    } catch (HostException e) {
      return ""; // as good as not there
    }
  }
}
