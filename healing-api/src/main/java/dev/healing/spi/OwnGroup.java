package dev.healing.spi;

import java.nio.file.Files;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * The control group that memory is accounted to where the host's memory is not ours: the one that a
 * container sees as its root; or, where its host's root is seen, and for whoever may do nothing to
 * the host, the outermost of its own groups that has a limit. Who looks after a host has none,
 * whatever the limit of its own unit.
 *
 * @param place its directory
 * @param v1 whether it is of the first version of control groups
 */
public record OwnGroup(String place, boolean v1) {
  private static final String GROUPS = "/sys/fs/cgroup";
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}\n?");

  /** On v1 the groups of memory, else those of everything. */
  private static final Pattern OWN =
      Pattern.compile("(?m)^(?:\\d+:(?:[^:\n]*,)?(memory)(?:,[^:\n]*)?|0:):(/.*)\n");

  /**
   * The group of this host's healer.
   *
   * @throws dev.healing.api.HostException if what is there cannot be read
   */
  public static Optional<OwnGroup> of(HostContext host) {
    HostFiles files = host.files();
    // The root of a host has neither a count (v2) nor a limit that is one (v1).
    if (Files.exists(files.path(GROUPS + "/memory.current"))) {
      return Optional.of(new OwnGroup(GROUPS, false));
    }
    OwnGroup first = new OwnGroup(GROUPS + "/memory", true);
    if (first.limitBytes(files).isPresent()) {
      return Optional.of(first);
    }
    return inContainer(files) || host.privileges().isEmpty() ? limited(files) : Optional.empty();
  }

  /**
   * The outermost of the groups of this process that has a limit of memory.
   *
   * @throws dev.healing.api.HostException if what is there cannot be read
   */
  public static Optional<OwnGroup> limited(HostFiles files) {
    Matcher line = OWN.matcher(files.read("/proc/self/cgroup").orElse(""));
    Optional<OwnGroup> found = Optional.empty();
    while (line.find()) {
      boolean v1 = line.group(1) != null;
      String root = v1 ? GROUPS + "/memory" : GROUPS;
      String path = line.group(2);
      for (int end = 1; found.isEmpty() && end > 0 && !path.contains("/.."); ) {
        end = path.indexOf('/', end + 1);
        String place = root + (end < 0 ? path : path.substring(0, end));
        found =
            Optional.of(new OwnGroup(place, v1)).filter(one -> one.limitBytes(files).isPresent());
      }
    }
    return found;
  }

  /**
   * Whether we are in a container, whose devices are another host's: as systemd notes it when it is
   * booted in one, and podman and docker for what they start.
   */
  public static boolean inContainer(HostFiles files) {
    return Files.exists(files.path("/run/systemd/container"))
        || Files.exists(files.path("/run/.containerenv"))
        || Files.exists(files.path("/.dockerenv"));
  }

  /**
   * How much memory it may have, in bytes: beyond {@code memory.high} it is held back, which is as
   * good as none. Absent without a limit.
   */
  public OptionalLong limitBytes(HostFiles files) {
    return v1
        ? number(files, "memory.limit_in_bytes")
        : smaller(number(files, "memory.max"), number(files, "memory.high"));
  }

  /**
   * What it has and cannot give back without swapping, in bytes: neither its cached files nor the
   * kernel's caches for it, as MemAvailable counts it for a host. Absent if that is not told.
   */
  public OptionalLong usedBytes(HostFiles files) {
    OptionalLong all = number(files, v1 ? "memory.usage_in_bytes" : "memory.current");
    String stat = read(files, "memory.stat").orElse("");
    String prefix = v1 ? "total_" : "";
    OptionalLong active = line(stat, prefix + "active_file");
    OptionalLong inactive = line(stat, prefix + "inactive_file");
    OptionalLong slab = v1 ? OptionalLong.of(0) : line(stat, "slab_reclaimable"); // not told by v1
    if (all.isEmpty() || active.isEmpty() || inactive.isEmpty() || slab.isEmpty()) {
      return OptionalLong.empty();
    }
    long back = active.getAsLong() + inactive.getAsLong() + slab.getAsLong();
    return OptionalLong.of(Math.max(0, all.getAsLong() - back));
  }

  /** How much swap it may have, in bytes. Absent without a limit. */
  public OptionalLong swapLimitBytes(HostFiles files) {
    return v1
        ? beyondMemory(files, "memory.memsw.limit_in_bytes", "memory.limit_in_bytes")
        : number(files, "memory.swap.max");
  }

  /** How much swap it has, in bytes. Absent if that is not accounted. */
  public OptionalLong swapUsedBytes(HostFiles files) {
    return v1
        ? beyondMemory(files, "memory.memsw.usage_in_bytes", "memory.usage_in_bytes")
        : number(files, "memory.swap.current");
  }

  private OptionalLong beyondMemory(HostFiles files, String both, String memory) {
    OptionalLong all = number(files, both);
    OptionalLong less = number(files, memory);
    return all.isEmpty() || less.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, all.getAsLong() - less.getAsLong()));
  }

  /**
   * A file of it; absent if this kernel has none.
   *
   * @throws dev.healing.api.HostException if it is there and cannot be read
   */
  public Optional<String> read(HostFiles files, String name) {
    return files.read(place + "/" + name);
  }

  /** Without a limit it is {@code max} (v2), or a number of 19 digits (v1). */
  private OptionalLong number(HostFiles files, String name) {
    String text = read(files, name).orElse("");
    return NUMBER.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text.strip()))
        : OptionalLong.empty();
  }

  /** A line without its end is cut off: its number cannot be trusted. */
  private static OptionalLong line(String stat, String key) {
    Matcher line = Pattern.compile("(?m)^" + key + " (\\d{1,18})\n").matcher(stat);
    return line.find() ? OptionalLong.of(Long.parseLong(line.group(1))) : OptionalLong.empty();
  }

  /** The smaller of those that are there. */
  static OptionalLong smaller(OptionalLong one, OptionalLong other) {
    return LongStream.concat(one.stream(), other.stream()).min();
  }
}
