package dev.healing.spi;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The service manager. Every call has a deadline of its own, so that a hung systemd hangs nobody.
 * All but {@link #availability} throw {@link HostException} when it does not answer, and refuse
 * names that are no unit names.
 */
public interface Systemd {
  /** How it is reached: "D-Bus", "systemctl"; or why it isn't: "no systemd: …". */
  record Availability(boolean available, boolean signals, String how) {}

  /** Whether there is one, and whether it tells us about changes. */
  Availability availability();

  /**
   * The same, which looks at each unit once at most: to work out one thing in one thread, and then
   * to be forgotten. What it says of a unit is as of when it was first asked about it; what it is
   * told to do is checked and done as ever.
   */
  default Systemd asOfNow() {
    return this;
  }

  /** Units in state failed, with details. */
  List<UnitState> failedUnits();

  /**
   * Services that systemd has started again by itself ({@code Restart=}), with how often it did so
   * since somebody started them ({@code NRestarts}). Known from what systemd tells who {@linkplain
   * #subscribe subscribed}, so nothing is asked for it: without those of which it told nothing
   * since.
   *
   * @throws HostException also if nobody has subscribed, or there are no signals
   */
  default Map<String, Long> startedAgain() {
    throw new HostException("systemd's signals are not subscribed to");
  }

  /**
   * A change of a unit's state that systemd has not ended yet.
   *
   * @param number by which {@link #jobRunning} knows it
   * @param type start, stop, restart, reload, verify-active, …
   * @param running false: it waits for others
   */
  record Job(long number, String unit, String type, boolean running) {}

  /** All jobs that systemd has not ended yet. */
  default List<Job> jobs() {
    throw new HostException("systemd's jobs cannot be listed here");
  }

  /** The unit as it is now; absent if it is not loaded and no file of it is found. */
  Optional<UnitState> unit(String name);

  /** All names of the unit, aliases too; this one alone if there is no such unit. */
  Set<String> names(String unit);

  /**
   * Properties of the unit, as {@code systemctl show} prints them: lists with a space between,
   * booleans as {@code yes} and {@code no}. What the unit does not have is left out.
   *
   * @param names such as {@code NeedDaemonReload}, {@code PIDFile}
   */
  Map<String, String> properties(String unit, Set<String> names);

  /** The units that these properties of a unit name, such as {@code Requires}. */
  default Set<String> related(String unit, Set<String> properties) {
    Set<String> units = new TreeSet<>();
    for (String names : properties(unit, properties).values()) {
      units.addAll(List.of(names.split(" ")));
    }
    units.remove("");
    return units;
  }

  /**
   * The units that a restart of this one stops or restarts too: its {@link Reach}.
   *
   * @throws RefusedException if there are more than can be counted
   */
  default Set<String> reachedByRestart(String unit) {
    return Reach.ofRestart(this, unit).all();
  }

  /**
   * Asks for a restart; a unit that is down is started.
   *
   * <p>Gives way to jobs that are under way: one that would have to be cancelled for it is not
   * overridden, and the restart is not done.
   *
   * @return the job, to ask about with {@link #jobRunning}
   * @throws RefusedException if the unit is protected, by whatever name it is called, or would take
   *     a protected unit that is up with it
   */
  long restart(String unit);

  /**
   * Asks a unit that is up to read its configuration again.
   *
   * @return the job, to ask about with {@link #jobRunning}
   * @throws RefusedException as {@link #restart}, and if the reload would propagate to a protected
   *     unit
   */
  long reload(String unit);

  /**
   * Has systemd read all unit files again ({@code systemctl daemon-reload}); starts and stops
   * nothing. Waits up to 30 s for it.
   */
  void readUnitFilesAgain();

  /** Whether the job is still queued or running. */
  boolean jobRunning(long job);

  /** A limit of a service that can be set while it runs. */
  enum Limit {
    /** CPUQuota: microseconds of processor time per second, of all processors together. */
    CPU_QUOTA,
    /** MemoryHigh: bytes above which its memory is reclaimed and it is slowed down. */
    MEMORY_HIGH,
    /** CPUWeight: 1 to 10000, its part of the processors among those that want them. */
    CPU_WEIGHT
  }

  /** The limit as it is set now, by whomever; empty if there is none. */
  OptionalLong limit(String service, Limit limit);

  /**
   * Sets the limit until it is set again or the host is booted; nothing else of the unit changes.
   *
   * @param value empty: none; a limit may be taken away from a protected unit as well
   * @throws RefusedException if the unit is protected, by whatever name it is called
   */
  void setLimit(String service, Limit limit, OptionalLong value);

  /**
   * Tells about units that change to or from failed; reconnects by itself.
   *
   * @param changed called with the unit's name, or "" when changes may have been missed; any thread
   * @return close it to stop; absent if there is no systemd. Where {@link Availability#signals} is
   *     false, nothing is told until that changes, and then "" first
   */
  Optional<AutoCloseable> subscribe(Consumer<String> changed);
}
