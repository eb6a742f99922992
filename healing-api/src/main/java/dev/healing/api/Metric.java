package dev.healing.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sample measures: a name and the component it was measured on.
 *
 * <p>Names end in their unit: {@code .fraction} is 0 to 1, {@code .bytes}, {@code .seconds}, {@code
 * .count}.
 *
 * @param name dotted, for example {@code filesystem.used.fraction}
 * @param component what it was measured on, for example {@code /var}; empty for the whole host
 */
public record Metric(String name, String component) implements Comparable<Metric> {
  /** Health of the host, 0 (dead) to 100 (well). */
  public static final Metric HEALTH = of("health.score");

  /** Memory in use: 1 - MemAvailable / MemTotal. */
  public static final Metric MEMORY_USED = of("memory.used.fraction");

  /** MemAvailable. */
  public static final Metric MEMORY_AVAILABLE = of("memory.available.bytes");

  /**
   * What should stay available of memory: told among the numbers of an issue, for those who are to
   * do something when there is less. It is set, and never sampled.
   */
  public static final Metric MEMORY_FLOOR = of("memory.floor.bytes");

  /** How the names of those begin that are {@link #set}; the first are of a {@link Benefit}. */
  private static final List<String> SET =
      List.of("benefit.", "blame.", "clears.", "forecast.", "memory.floor.", "older.");

  /** Swap in use; absent on a host without swap. */
  public static final Metric SWAP_USED = of("swap.used.fraction");

  /** Time that the processors were busy, of all processors, since the sample before. */
  public static final Metric CPU_BUSY = of("cpu.busy.fraction");

  /** One-minute load average divided by the number of processors. */
  public static final Metric LOAD = of("load.per_cpu");

  /**
   * Number of the generation that the profile of a NixOS system names; absent on other hosts. It
   * tells two times apart, and is no amount.
   */
  public static final Metric GENERATION = of("generation.number");

  /**
   * How the names of metrics end that tell how much of something that has a limit is in use: 1 is
   * the limit.
   */
  public static final String USED = "used.fraction";

  /** Name of the fraction of bytes used on a file system; the component is the mount point. */
  public static final String FILESYSTEM_USED = "filesystem.used.fraction";

  /** Name of the bytes that an unprivileged user can still write to a file system. */
  public static final String FILESYSTEM_AVAILABLE = "filesystem.available.bytes";

  /** Name of the fraction of inodes used on a file system; absent where it has no fixed number. */
  public static final String FILESYSTEM_INODES_USED = "filesystem.inodes.used.fraction";

  /**
   * Name of the level below which a detector takes an issue to be over, 0 to 1: told among the
   * numbers of the issue, for those who are to bring it there. It is set, and never sampled.
   */
  public static final String CLEARS_BELOW = "clears.below.fraction";

  /**
   * Name of what a metric is predicted to reach: told among the numbers of the issue, beside the
   * metric itself, as are the others that begin so. They are set, and never sampled.
   */
  public static final String FORECAST_LIMIT = "forecast.limit.fraction";

  /** Name of how likely that is within the horizon. */
  public static final String FORECAST_PROBABILITY = "forecast.probability.fraction";

  /** Name of when it will be: after less than this in one case of ten. */
  public static final String FORECAST_LOWER = "forecast.lower.seconds";

  /** Name of when it will be: as likely after less as after more. */
  public static final String FORECAST_AT = "forecast.at.seconds";

  /** Name of when it will be: after more than this in one case of ten. */
  public static final String FORECAST_UPPER = "forecast.upper.seconds";

  /** Name of how long it takes until it is known whether the forecast was right. */
  public static final String FORECAST_JUDGED = "forecast.judged.seconds";

  /**
   * How sure it is that what an issue explains comes from it, as a fraction: told among the numbers
   * of an issue. Certain if it is not told. It is set, and never sampled.
   */
  public static final Metric BLAME_CONFIDENCE = of("blame.confidence");

  /**
   * Files that are younger stay, whatever the action that deletes them would take: told among the
   * numbers of an issue. It is set, and never sampled.
   */
  public static final Metric OLDER_THAN = of("older.than.seconds");

  /**
   * Name of the fraction of the last 10 seconds in which some task was stalled; the component is
   * {@code cpu}, {@code memory} or {@code io}. Source: /proc/pressure, {@code some avg10}.
   */
  public static final String PRESSURE_SOME = "pressure.some.fraction";

  /** The same for {@code full avg10}: all tasks stalled. */
  public static final String PRESSURE_FULL = "pressure.full.fraction";

  /**
   * Name of the memory that a service has to itself, swapped out or not: what a restart of it gives
   * back. The component is the service. Only the largest are sampled, and seldom.
   */
  public static final String SERVICE_MEMORY = "service.memory.bytes";

  /** A metric of the whole host. */
  public static Metric of(String name) {
    return new Metric(name, "");
  }

  /** A metric of one component. */
  public static Metric of(String name, String component) {
    return new Metric(name, component);
  }

  /**
   * Whether it is told among the numbers of an issue only, as what is expected or is to be reached:
   * it is set, and never sampled.
   */
  public boolean set() {
    return SET.stream().anyMatch(name::startsWith);
  }

  /** Reads what {@link #toString} writes. */
  public static Metric parse(String text) {
    int brace = text.indexOf('{');
    return brace > 0 && text.endsWith("}")
        ? of(text.substring(0, brace), text.substring(brace + 1, text.length() - 1))
        : of(text);
  }

  @Override
  public int compareTo(Metric other) {
    int byName = name.compareTo(other.name);
    return byName != 0 ? byName : component.compareTo(other.component);
  }

  /** {@code name} or {@code name{component}}. */
  @Override
  public String toString() {
    return component.isEmpty() ? name : name + "{" + component + "}";
  }

  // Written out, as in all that maps are looked up by: those that a record brings along are put
  // together at their first use, of dozens of classes.
  @Override
  public boolean equals(@Nullable Object o) {
    return this == o
        || o instanceof Metric other
            && other.name.equals(name)
            && other.component.equals(component);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + component.hashCode();
  }
}
