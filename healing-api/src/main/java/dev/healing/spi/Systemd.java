package dev.healing.spi;

import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The service manager. Every call has a deadline of its own, so that a hung systemd hangs nobody.
 * All but {@link #availability} throw {@link dev.healing.api.HostException} when it does not
 * answer, and refuse names that are no unit names.
 */
public interface Systemd {
  /** How it is reached: "D-Bus", "systemctl"; or why it isn't: "no systemd: …". */
  record Availability(boolean available, boolean signals, String how) {}

  /** Whether there is one, and whether it tells us about changes. */
  Availability availability();

  /** Units in state failed, with details. */
  List<UnitState> failedUnits();

  /** The unit as it is now; absent if it is not loaded and no file of it is found. */
  Optional<UnitState> unit(String name);

  /** All names of the unit, aliases too; this one alone if there is no such unit. */
  Set<String> names(String unit);

  /**
   * The units that systemd stops or restarts together with this one: those that cannot do without
   * it (RequiredBy, RequisiteOf, BoundBy, ConsistsOf, PropagatesStopTo) and those that cannot be
   * beside it (Conflicts, ConflictedBy).
   */
  Set<String> entangledWith(String unit);

  /**
   * The units that a restart of this one reaches, directly or through others.
   *
   * @throws RefusedException if there are more than 200: nobody can tell what it would do
   */
  default Set<String> reachedByRestart(String unit) {
    Set<String> reached = new LinkedHashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of(unit));
    while (!next.isEmpty()) {
      if (reached.size() > 200) {
        throw new RefusedException(
            "a restart of " + unit + " would reach more than 200 other units: not by itself");
      }
      for (String other : entangledWith(next.remove())) {
        if (!other.equals(unit) && reached.add(other)) {
          next.add(other);
        }
      }
    }
    return reached;
  }

  /**
   * Asks for a restart; a unit that is down is started.
   *
   * @return the job, to ask about with {@link #jobRunning}
   * @throws RefusedException if the unit is protected, by whatever name it is called, or would take
   *     a protected unit that is up with it
   */
  long restart(String unit);

  /** Whether the job is still queued or running. */
  boolean jobRunning(long job);

  /** A limit of a service that can be set while it runs. */
  enum Limit {
    /** CPUQuota: microseconds of processor time per second, of all processors together. */
    CPU_QUOTA,
    /** MemoryHigh: bytes above which its memory is reclaimed and it is slowed down. */
    MEMORY_HIGH
  }

  /** The limit as it is set now, by whomever; empty if there is none. */
  OptionalLong limit(String service, Limit limit);

  /**
   * Sets the limit until it is set again or the host is booted; nothing else of the unit changes.
   *
   * @param value empty: none
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
