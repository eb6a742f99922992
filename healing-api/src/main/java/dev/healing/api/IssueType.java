package dev.healing.api;

import org.jspecify.annotations.Nullable;

/**
 * What kind of problem an issue is. The set is open: a plugin makes its own with {@link #of}.
 *
 * @param name as people type it, for example {@code disk_full}
 */
public record IssueType(String name) implements Comparable<IssueType> {
  /** Too little memory is available. Component: {@code memory}. */
  public static final IssueType MEMORY_HIGH = of("memory_high");

  /** Memory ends within seconds. Component: {@code memory}. */
  public static final IssueType MEMORY_EXHAUSTING = of("memory_exhausting");

  /** A file system runs out of bytes or inodes. Component: its mount point. */
  public static final IssueType DISK_FULL = of("disk_full");

  /**
   * A file system will be full, of bytes or inodes, before anybody would notice. Component: its
   * mount point. What will be is told among the numbers: {@link Metric#FORECAST_LIMIT} and its
   * like.
   */
  public static final IssueType PREDICTED_DISK_FULL = of("predicted_disk_full");

  /** The same of memory. Component: {@code memory}. */
  public static final IssueType PREDICTED_MEMORY_HIGH = of("predicted_memory_high");

  /** The same of what {@link #LIMIT_NEAR} is about, with its components. */
  public static final IssueType PREDICTED_LIMIT_NEAR = of("predicted_limit_near");

  /** The processors are busy all the time. Component: {@code cpu}. */
  public static final IssueType CPU_HIGH = of("cpu_high");

  /** A systemd unit is in state failed. Component: the unit. */
  public static final IssueType SERVICE_FAILED = of("service_failed");

  /** systemd starts a service again and again, which never stays up. Component: the unit. */
  public static final IssueType SERVICE_FLAPPING = of("service_flapping");

  /** A service waits for memory, disks or processors nearly all the time. Component: the unit. */
  public static final IssueType SERVICE_PRESSURE = of("service_pressure");

  /** The kernel had to kill for want of memory. Component: {@code memory}. */
  public static final IssueType OUT_OF_MEMORY = of("out_of_memory");

  /** The host is busy with moving memory to swap and back. Component: {@code swap}. */
  public static final IssueType SWAP_STORM = of("swap_storm");

  /**
   * Something that the kernel counts and limits runs out. Component: {@code file_handles}, {@code
   * tasks} or {@code conntrack}; or the unit that runs out of tasks of its own.
   */
  public static final IssueType LIMIT_NEAR = of("limit_near");

  /**
   * The kernel found a file system damaged, or lets nobody write to it any more. Component: its
   * mount point.
   */
  public static final IssueType FILESYSTEM_FAULT = of("filesystem_fault");

  /** A network interface that was up has lost its link. Component: the interface. */
  public static final IssueType LINK_DOWN = of("link_down");

  /** A time service runs and does not synchronise the clock. Component: the service. */
  public static final IssueType CLOCK_UNSYNCHRONISED = of("clock_unsynchronised");

  /** systemd does not get on with starting or stopping a unit. Component: the unit. */
  public static final IssueType JOB_STUCK = of("job_stuck");

  /** A timer is active and will never fire. Component: the timer. */
  public static final IssueType TIMER_DEAD = of("timer_dead");

  /** The journal lost messages. Component: the unit whose they were, or {@code kernel}. */
  public static final IssueType JOURNAL_LOSING = of("journal_losing");

  /** A network interface loses or damages packets. Component: the interface. */
  public static final IssueType LINK_ERRORS = of("link_errors");

  /** Reads and writes of a disk take seconds each. Component: the disk. */
  public static final IssueType DISK_SLOW = of("disk_slow");

  /** Reads and writes of a disk failed. Component: the disk. */
  public static final IssueType DISK_ERRORS = of("disk_errors");

  /** An array of disks lacks a member, or one failed. Component: the array. */
  public static final IssueType ARRAY_DEGRADED = of("array_degraded");

  /**
   * Something is at its critical temperature, or slowed down for its heat. Component: the sensor,
   * or the processor.
   */
  public static final IssueType TOO_HOT = of("too_hot");

  /**
   * Work in the background takes processors that others wait for. Component: the unit that takes
   * them. Reported by the optimizer.
   */
  public static final IssueType PROCESSOR_CONTENDED = of("processor_contended");

  /**
   * The kernel refuses or drops what comes over the network because of a limit of its own.
   * Component: the setting. Reported by the optimizer.
   */
  public static final IssueType NETWORK_LIMIT = of("network_limit");

  /** A service would do better with other settings. Component: the unit. Nothing treats it. */
  public static final IssueType SERVICE_SETTINGS = of("service_settings");

  /** The health score is low, whatever the reason. Component: {@code host}. */
  public static final IssueType SYSTEM_SLOW = of("system_slow");

  /** Units began to fail right after a switch of generation. Component: the system profile. */
  public static final IssueType GENERATION_BROKEN = of("generation_broken");

  /**
   * The system profile, a generation, or the link to what runs or was booted leads to nothing.
   * Component: the link.
   */
  public static final IssueType PROFILE_DANGLING = of("profile_dangling");

  /**
   * For long another system runs than the one that will be booted. Component: the link to what
   * runs.
   */
  public static final IssueType GENERATION_STALE = of("generation_stale");

  /** A service is still throttled by us and has been calm for long. Component: the unit. */
  public static final IssueType THROTTLED_CALM = of("throttled_calm");

  /**
   * The system has been well for long, and is not marked as known to be good. Component: the link
   * that marks it.
   */
  public static final IssueType GENERATION_UNMARKED = of("generation_unmarked");

  /** A plugin throws, hangs or returns nonsense. Component: the plugin. Reported by the engine. */
  public static final IssueType PLUGIN_FAILED = of("plugin_failed");

  /**
   * So much is wrong at once that has nothing to do with each other that a person should look.
   * Component: {@code host}. Reported by the engine.
   */
  public static final IssueType HOST_SICK = of("host_sick");

  /** Validates the name. */
  public IssueType {
    Names.require("issue type", name);
  }

  /** The type of this name. */
  public static IssueType of(String name) {
    return new IssueType(name);
  }

  @Override
  public int compareTo(IssueType other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }

  // Written out, as in all that maps are looked up by: those that a record brings along are put
  // together at their first use, of dozens of classes.
  @Override
  public boolean equals(@Nullable Object o) {
    return this == o || o instanceof IssueType other && other.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
