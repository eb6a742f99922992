package dev.healing.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Processes of the host. Nobody is signalled who was not taken hold of before. */
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
   * @param oomScore how soon the kernel would end it when memory runs out, 0 (never) to 2000
   *     (first)
   * @param units the units of the system's manager that it is part of, from its cgroup, outermost
   *     first: slices, then the service or scope that it belongs to
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
      OptionalInt oomScore,
      List<String> units,
      boolean kernelThread) {
    /** Copies. */
    public ProcessState {
      units = List.copyOf(units);
    }

    /** The service or scope that it belongs to. */
    public Optional<String> unit() {
      return units.isEmpty()
          ? Optional.empty()
          : Optional.of(units.get(units.size() - 1)).filter(name -> !name.endsWith(".slice"));
    }

    /**
     * The same at another instant, as far as that can be told from what does not change by itself.
     */
    public boolean same(ProcessState other) {
      return ref.equals(other.ref)
          && name.equals(other.name)
          && uid == other.uid
          && units.equals(other.units);
    }
  }

  /**
   * A process that is held on to: nobody else is taken for it, whoever has its number now, and be
   * it one that was started within the same clock tick. For one thread at a time.
   */
  interface Held extends AutoCloseable {
    /** As it is now, perhaps a zombie; absent when it has ended. */
    Optional<ProcessState> now();

    /** Whether it is still there and not a zombie. */
    default boolean alive() {
      return now().filter(process -> process.state() != 'Z').isPresent();
    }

    /**
     * Asks it to end (SIGTERM). Whether it is still there is checked right before.
     *
     * @return false if it is no longer there
     * @throws dev.healing.api.RefusedException if it is protected, or there is no way here to
     *     signal it that could not hit another
     * @throws dev.healing.api.HostException if it may not be signalled, or it is not known whether
     *     it was
     */
    boolean terminate();

    /** Ends it (SIGKILL); otherwise as {@link #terminate}. */
    boolean kill();

    /** Lets go of it. Whoever forgets to costs an open file until garbage is collected. */
    @Override
    void close();
  }

  /** All processes. Costs some milliseconds: only when there is a reason. */
  List<ProcessState> all();

  /** The process with this number, as it is now. */
  Optional<ProcessState> find(long pid);

  /** Our own process and its ancestors. */
  List<Long> ourselves();

  /**
   * Takes hold of it. Only a process that is held can be signalled. Take hold when you decide about
   * it, and compare what it then {@linkplain Held#now is} with what you decided on.
   *
   * @return absent if it is no longer there
   */
  Optional<Held> hold(Ref ref);

  /**
   * {@linkplain Held#terminate Asks} several to end, which are all held by this object. Sooner than
   * one after the other, and nobody is asked if one of them is protected.
   *
   * @return those that were still there
   */
  default List<Held> terminate(List<Held> all) {
    return all.stream().filter(Held::terminate).toList();
  }

  /** {@linkplain Held#kill Ends} several; otherwise as {@link #terminate}. */
  default List<Held> kill(List<Held> all) {
    return all.stream().filter(Held::kill).toList();
  }
}
