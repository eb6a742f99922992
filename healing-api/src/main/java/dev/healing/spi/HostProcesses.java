package dev.healing.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Processes of the host. */
public interface HostProcesses {
  /**
   * A process that cannot be mistaken for another that got its number later.
   *
   * @param pid its number
   * @param startTicks when it started, in clock ticks since boot: field 22 of /proc/PID/stat
   */
  record Ref(long pid, long startTicks) {}

  /**
   * A process as it was at one instant.
   *
   * @param ref which
   * @param parentPid of its parent; 0 for PID 1 and 2
   * @param name as the kernel knows it (comm), up to 15 characters
   * @param uid whose it is (real)
   * @param state one letter: R, S, D, Z, T, …
   * @param cpuTime user and system time so far
   * @param residentBytes memory that is resident
   * @param oomScoreAdj -1000 to 1000
   * @param unit the systemd service it belongs to, from its cgroup
   * @param kernelThread whether it is one
   */
  record ProcessState(
      Ref ref,
      long parentPid,
      String name,
      int uid,
      char state,
      Duration cpuTime,
      long residentBytes,
      int oomScoreAdj,
      Optional<String> unit,
      boolean kernelThread) {}

  /** All processes. Costs some milliseconds: only when there is a reason. */
  List<ProcessState> all();

  /** The process with this number, as it is now. */
  Optional<ProcessState> find(long pid);

  /** Our own process and its ancestors. */
  List<Long> ourselves();

  /** Whether it is still there, as the same process, and not a zombie. */
  default boolean alive(Ref ref) {
    return find(ref.pid()).filter(p -> p.ref().equals(ref) && p.state() != 'Z').isPresent();
  }

  /**
   * Asks it to end (SIGTERM). Its identity is checked right before.
   *
   * @return false if it is no longer there
   * @throws dev.healing.api.RefusedException if it is protected
   * @throws dev.healing.api.HostException if it may not be signalled
   */
  boolean terminate(Ref ref);

  /** Ends it (SIGKILL); otherwise as {@link #terminate}. */
  boolean kill(Ref ref);
}
