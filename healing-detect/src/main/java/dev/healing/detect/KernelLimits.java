package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.OwnGroup;
import dev.healing.spi.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much is in use of what the kernel counts and limits. Measured seldom, since it changes
 * slowly; what is half used is measured at every look, so that what is told of it is of that look.
 * What has no limit here, or is not there at all, has no sample.
 */
final class KernelLimits {
  /** Name of the part of a limit that is in use; the component is what is limited. */
  static final String USED = "limit.used.fraction";

  private static final Duration HOST_EVERY = Duration.ofSeconds(10);

  private static final Pattern FILE_NR = Pattern.compile("(\\d{1,18})\\s+\\d+\\s+(\\d{1,18})\\s*");
  private static final Pattern TASKS = Pattern.compile("\\S+ \\S+ \\S+ \\d+/(\\d{1,18}) \\d+\\s*");

  private static final String CONNTRACK = "/proc/sys/net/netfilter/nf_conntrack_";

  /** PROC_PID_INIT_INO of the kernel: it is the same on every host. */
  private static final String HOSTS_PIDS = "pid:[4026531836]";

  private final HostContext host;
  private final TimeSource time;
  private final HostFiles files;
  private final List<Seldom<Reading>> ofHost;
  private final ScarceUnits units;

  KernelLimits(HostContext host) {
    this.host = host;
    this.time = host.time();
    this.files = host.files();
    this.units = new ScarceUnits(time, files);
    this.ofHost =
        List.of(
            ofHost("file_handles", this::fileHandles),
            ofHost("tasks", this::tasks),
            ofHost("container_tasks", this::tasksOfContainer),
            ofHost("own_memory", this::ownMemory),
            ofHost("conntrack", this::conntrack));
  }

  private Seldom<Reading> ofHost(String name, Supplier<OptionalDouble> ask) {
    return new Seldom<>(time, HOST_EVERY, KernelLimits::pressing, () -> measured(name, ask));
  }

  private static boolean pressing(Reading reading) {
    return !reading.unreadable().isEmpty()
        || reading.samples().stream().anyMatch(ScarceUnits::scarce);
  }

  private Reading measured(String name, Supplier<OptionalDouble> ask) {
    try {
      OptionalDouble used = ask.get();
      return used.isEmpty()
          ? new Reading(List.of(), List.of(), List.of())
          : new Reading(List.of(sample(name, used.getAsDouble(), time)), List.of(), List.of());
    } catch (HostException e) {
      return new Reading(List.of(), List.of(), List.of(unreadable(name, e)));
    }
  }

  static Sample sample(String name, double used, TimeSource time) {
    return new Sample(Metric.of(USED, name), used, time.now());
  }

  static Unreadable unreadable(String name, HostException e) {
    return new Unreadable(name, String.valueOf(e.getMessage()));
  }

  /** Adds all that are known, and what should be and cannot be read. */
  void sample(List<Sample> samples, List<Unreadable> unreadable) {
    for (Seldom<Reading> one : ofHost) {
      Reading reading = one.look();
      samples.addAll(reading.samples());
      unreadable.addAll(reading.unreadable());
    }
    units.sample(samples, unreadable);
  }

  /** The part of its limit that a control group has in use; empty without one. */
  static OptionalDouble tasksOf(HostFiles files, String group) {
    try {
      // Without a limit it is "max", which is no number.
      return fraction(number(files, group + "/pids.current"), number(files, group + "/pids.max"));
    } catch (HostException e) {
      if (Files.exists(files.path(group))) {
        throw e;
      }
      return OptionalDouble.empty(); // it has gone meanwhile
    }
  }

  private OptionalDouble fileHandles() {
    return fileHandles(text("/proc/sys/fs/file-nr"));
  }

  /** In use, unused, and the limit: one of 19 digits, which systemd sets, is none. */
  static OptionalDouble fileHandles(String fileNr) {
    Matcher matcher = FILE_NR.matcher(fileNr);
    return matcher.matches()
        ? fraction(Numbers.whole(matcher.group(1)), Numbers.whole(matcher.group(2)))
        : OptionalDouble.empty();
  }

  /** In a namespace of its own the limit may be that one's, and the count is the whole host's. */
  private OptionalDouble tasks() {
    if (!ofTheHost()) {
      return OptionalDouble.empty();
    }
    OptionalLong threads = number("/proc/sys/kernel/threads-max");
    OptionalLong pids = number("/proc/sys/kernel/pid_max");
    if (threads.isEmpty() || pids.isEmpty()) {
      return OptionalDouble.empty();
    }
    long most = Math.min(threads.getAsLong(), pids.getAsLong());
    return fraction(tasks(text("/proc/loadavg")), OptionalLong.of(most));
  }

  private boolean ofTheHost() {
    try {
      Path namespace = Files.readSymbolicLink(files.path("/proc/self/ns/pid"));
      return namespace.toString().equals(HOSTS_PIDS);
    } catch (IOException e) {
      return true; // nobody says that there are others
    }
  }

  /** Of the group that a container sees as its root; a host's own root has no limit. */
  private OptionalDouble tasksOfContainer() {
    return tasksOf(files, ControlGroups.root(files, "pids"));
  }

  /** Of the limit that we are under where the host's memory is what is watched. */
  private OptionalDouble ownMemory() {
    return OwnGroup.of(host).isPresent()
        ? OptionalDouble.empty()
        : OwnGroup.limited(files)
            .map(group -> fraction(group.usedBytes(files), group.limitBytes(files)))
            .orElse(OptionalDouble.empty());
  }

  /** All processes and threads that there are. */
  static OptionalLong tasks(String loadavg) {
    Matcher matcher = TASKS.matcher(loadavg);
    return matcher.matches() ? Numbers.whole(matcher.group(1)) : OptionalLong.empty();
  }

  private OptionalDouble conntrack() {
    OptionalLong most = number(CONNTRACK + "max");
    return most.isEmpty() ? OptionalDouble.empty() : fraction(number(CONNTRACK + "count"), most);
  }

  /** Root may have more than the limit, and a count may be a moment older than its limit. */
  private static OptionalDouble fraction(OptionalLong used, OptionalLong most) {
    return used.isEmpty() || most.isEmpty() || most.getAsLong() <= 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, (double) used.getAsLong() / most.getAsLong()));
  }

  private OptionalLong number(String file) {
    return number(files, file);
  }

  private static OptionalLong number(HostFiles files, String file) {
    return Numbers.whole(files.read(file).orElse("").strip());
  }

  /** Empty if it is not there: then it does not apply to this host. */
  private String text(String file) {
    return files.read(file).orElse("");
  }
}
