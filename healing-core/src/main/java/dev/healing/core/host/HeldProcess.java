package dev.healing.core.host;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that is held by its open /proc/PID/stat. The kernel binds an open file of /proc/PID to
 * the process and not to the number: once the process has been waited for, reading says "no such
 * process", whoever has the number then, and be it in the same clock tick. It is what a pidfd is
 * for looking, and Java has none.
 *
 * <p>The held file is read once more before each signal, more than a tick after it was opened: a
 * process that gets the number later then has a later start. With that the signal goes by {@link
 * PidFd}.
 */
final class HeldProcess implements Held {
  private static final int MOST_BYTES = 4096;
  private static final int SIGTERM = 15;
  private static final int SIGKILL = 9;

  /** Two ticks of 10 ms. */
  private static final long LONGER_THAN_A_TICK_NANOS = 20_000_000;

  private final ProcProcesses processes;
  private final Ref ref;
  // Not a channel: an interrupt would close that.
  private final RandomAccessFile stat;
  private final long sinceNanos = System.nanoTime();

  private HeldProcess(ProcProcesses processes, Ref ref, RandomAccessFile stat) {
    this.processes = processes;
    this.ref = ref;
    this.stat = stat;
  }

  static Optional<Held> of(ProcProcesses processes, Path statFile, Ref ref) {
    try {
      HeldProcess held =
          new HeldProcess(processes, ref, new RandomAccessFile(statFile.toFile(), "r"));
      if (held.stat().isPresent()) {
        return Optional.of(held);
      }
      held.close();
    } catch (IOException e) {
      // No longer there, or hidden from us, which is the same.
    }
    return Optional.empty();
  }

  /** What the held file says; absent when the process has ended and was waited for. */
  private Optional<ProcStat> stat() {
    byte[] bytes = new byte[MOST_BYTES];
    try {
      stat.seek(0);
      int length = stat.read(bytes);
      return length <= 0
          ? Optional.empty()
          : ProcStat.parse(new String(bytes, 0, length, StandardCharsets.UTF_8))
              .filter(s -> s.pid() == ref.pid() && s.startTicks() == ref.startTicks());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What is read by the number in between is the held process's: it was there before and after. */
  @Override
  public Optional<ProcessState> now() {
    if (stat().isEmpty()) {
      return Optional.empty();
    }
    Optional<ProcessState> state = processes.find(ref.pid());
    return stat().isPresent() ? state : Optional.empty();
  }

  @Override
  public boolean terminate() {
    return !terminate(processes, List.of(this)).isEmpty();
  }

  @Override
  public boolean kill() {
    return !kill(processes, List.of(this)).isEmpty();
  }

  static List<Held> terminate(ProcProcesses processes, List<Held> all) {
    return signal(processes, all, SIGTERM);
  }

  static List<Held> kill(ProcProcesses processes, List<Held> all) {
    return signal(processes, all, SIGKILL);
  }

  /** All or, if one of them must not be, none. */
  private static List<Held> signal(ProcProcesses processes, List<Held> all, int signal) {
    Map<Ref, Held> there = new LinkedHashMap<>();
    for (Held one : all) {
      HeldProcess held = (HeldProcess) one;
      if (held.maySignal()) {
        there.put(held.ref, held);
      }
    }
    return there.isEmpty()
        ? List.of()
        : PidFd.send(processes.commands(), List.copyOf(there.keySet()), signal).stream()
            .map(ref -> Objects.requireNonNull(there.get(ref)))
            .toList();
  }

  /** Whether it is there, more than a tick after it was taken hold of. */
  private boolean maySignal() {
    processes.refuseVital(ref.pid());
    if (stat().isEmpty()) {
      return false;
    }
    long wait = LONGER_THAN_A_TICK_NANOS - (System.nanoTime() - sinceNanos);
    while (wait > 0) {
      LockSupport.parkNanos(wait);
      wait = LONGER_THAN_A_TICK_NANOS - (System.nanoTime() - sinceNanos);
    }
    Optional<ProcStat> now = stat();
    if (now.filter(ProcStat::kernelThread).isPresent()) {
      throw new RefusedException("process " + ref.pid() + " is a kernel thread");
    }
    return now.filter(process -> process.state() != 'Z').isPresent();
  }

  @Override
  public void close() {
    try {
      stat.close();
    } catch (IOException e) {
      // Nothing was written to it.
    }
  }
}
