package dev.healing.testkit;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.Protection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A table of processes. PID 1 and our own (pid 4711) are there from the beginning. */
public final class FakeProcesses implements HostProcesses {
  /** How a process takes being signalled. */
  public enum Manner {
    /** It ends when asked to. */
    POLITE,
    /** It only ends when killed. */
    STUBBORN,
    /** It doesn't end: in uninterruptible sleep. */
    UNKILLABLE
  }

  /** A signal that was sent. */
  public record Signal(String name, Ref to) {}

  /** The number of the process under test. */
  public static final long OURSELVES = 4711;

  private final Map<Long, ProcessState> table = new TreeMap<>();
  private final Map<Long, Manner> manners = new HashMap<>();
  private final Map<Long, Integer> births = new HashMap<>();
  private final List<Signal> signals = new ArrayList<>();
  private final Supplier<Protection> protection;
  private final Runnable beforeEach;

  /** With what is vital protected. */
  public FakeProcesses() {
    this(Protection::vitalOnly, () -> {});
  }

  FakeProcesses(Supplier<Protection> protection, Runnable beforeEach) {
    this.protection = protection;
    this.beforeEach = beforeEach;
    add(process(1, "systemd"));
    add(process(OURSELVES, "java"));
  }

  /** An ordinary, idle process of user 1000, child of PID 1, in these units (outermost first). */
  public static ProcessState process(long pid, String name, String... units) {
    return new ProcessState(
        new Ref(pid, 100 * pid),
        pid <= 2 ? 0 : 1,
        name,
        1000,
        'S',
        Duration.ZERO,
        10L << 20,
        0,
        OptionalInt.empty(),
        List.of(units),
        false);
  }

  /** Adds the process; the one with its number, if it has the same start, has become it. */
  public FakeProcesses add(ProcessState process) {
    return add(process, Manner.POLITE);
  }

  /** The same, with how it takes signals. */
  public synchronized FakeProcesses add(ProcessState process, Manner manner) {
    table.put(process.ref().pid(), process);
    manners.put(process.ref().pid(), manner);
    return this;
  }

  /** From now on the process with this number has so much resident memory; it stays the same. */
  public synchronized void resident(long pid, long bytes) {
    table.computeIfPresent(
        pid,
        (number, now) ->
            new ProcessState(
                now.ref(),
                now.parentPid(),
                now.name(),
                now.uid(),
                now.state(),
                now.cpuTime(),
                bytes,
                now.oomScoreAdj(),
                now.oomScore(),
                now.units(),
                now.kernelThread()));
  }

  /** It ends by itself. Another that gets its number is not the same, whatever it looks like. */
  public synchronized void remove(long pid) {
    if (table.remove(pid) != null) {
      births.merge(pid, 1, Integer::sum);
    }
  }

  /** What was sent, oldest first. */
  public synchronized List<Signal> signals() {
    return List.copyOf(signals);
  }

  @Override
  public synchronized List<ProcessState> all() {
    beforeEach.run();
    return List.copyOf(table.values());
  }

  @Override
  public synchronized Optional<ProcessState> find(long pid) {
    beforeEach.run();
    return Optional.ofNullable(table.get(pid));
  }

  @Override
  public List<Long> ourselves() {
    return List.of(OURSELVES, 1L);
  }

  @Override
  public synchronized Optional<Held> hold(Ref ref) {
    beforeEach.run();
    return Optional.ofNullable(table.get(ref.pid()))
        .filter(process -> process.ref().equals(ref))
        .map(process -> new FakeHeld(ref, births.getOrDefault(ref.pid(), 0)));
  }

  private final class FakeHeld implements Held {
    private final Ref ref;
    private final int birth;

    private FakeHeld(Ref ref, int birth) {
      this.ref = ref;
      this.birth = birth;
    }

    @Override
    public Optional<ProcessState> now() {
      synchronized (FakeProcesses.this) {
        beforeEach.run();
        return births.getOrDefault(ref.pid(), 0) == birth
            ? Optional.ofNullable(table.get(ref.pid())).filter(now -> now.ref().equals(ref))
            : Optional.empty();
      }
    }

    @Override
    public boolean terminate() {
      return signal("TERM", Manner.POLITE);
    }

    @Override
    public boolean kill() {
      return signal("KILL", Manner.STUBBORN);
    }

    private boolean signal(String name, Manner atMost) {
      synchronized (FakeProcesses.this) {
        Optional<ProcessState> process = now();
        if (process.isEmpty()) {
          return false;
        }
        Optional<String> why = protection.get().process(process.get(), ourselves());
        if (why.isPresent()) {
          throw new RefusedException(why.get());
        }
        signals.add(new Signal(name, ref));
        if (manners.get(ref.pid()).compareTo(atMost) <= 0) {
          remove(ref.pid());
        }
        return true;
      }
    }

    @Override
    public void close() {}
  }
}
