package dev.healing.core.calls;

import dev.healing.api.HostState;
import dev.healing.spi.Optimizer;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Gives the optimizer its turn, about once a minute after the first minutes, in which a host that
 * was just started has better things to do, on a worker: one at a time, so that one that hangs
 * holds one thread. What it has done by itself comes back as any request does. Belongs to the
 * engine's thread.
 */
public final class Improvement {
  private static final Duration FIRST = Duration.ofMinutes(5);
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** Actions work out what they would do, each within two minutes. */
  private static final Duration LATE_AFTER = Duration.ofMinutes(15);

  private static final String NAME = "optimizer:cycle";

  private final TimeSource time;
  private final Workers workers;
  private volatile Optional<String> fault = Optional.empty();
  private Optional<Workers.Task> running = Optional.empty();
  private volatile Object since = new Object(); // the last that was begun anew
  private long begunNanos;
  private long nextNanos;

  /** Begins its first cycle some minutes from now. */
  public Improvement(TimeSource time, Workers workers) {
    this.time = time;
    this.workers = workers;
    nextNanos = time.monotonicNanos() + FIRST.toNanos();
  }

  /** When it is due next, in monotonic time. */
  public long nextNanos() {
    return nextNanos;
  }

  /** What is wrong with it, by {@code kind:name}. */
  public Map<String, String> faults() {
    boolean late =
        running.filter(task -> !task.done()).isPresent()
            && time.monotonicNanos() - begunNanos > LATE_AFTER.toNanos();
    Optional<String> text =
        late ? Optional.of("has not come back for " + LATE_AFTER.toMinutes() + " min") : fault;
    return text.map(why -> Map.of(NAME, why)).orElse(Map.of());
  }

  /**
   * Begins a cycle, if one is due and the last has come back.
   *
   * @param acts whether anything may be done without a person
   */
  public void turn(Optional<Optimizer> optimizer, Optional<HostState> state, BooleanSupplier acts) {
    long now = time.monotonicNanos();
    if (now < nextNanos || state.isEmpty()) {
      return;
    }
    nextNanos = now + EVERY.toNanos();
    if (optimizer.isEmpty() || running.filter(task -> !task.done()).isPresent()) {
      return;
    }
    begunNanos = now;
    boolean may = acts.getAsBoolean();
    Object begunIn = since;
    running =
        Optional.of(
            workers.start(
                "optimizer",
                () -> {
                  Optional<String> came = cycle(optimizer.get(), state.orElseThrow(), may);
                  if (begunIn == since) {
                    fault = came;
                  }
                }));
  }

  /** Goes on with another optimizer: that the one before hangs or throws says nothing about it. */
  public void startAnew() {
    since = new Object();
    running = Optional.empty();
    fault = Optional.empty();
  }

  private static Optional<String> cycle(Optimizer optimizer, HostState state, boolean acts) {
    try {
      optimizer.cycle(state, acts);
      return Optional.empty();
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      return Optional.of("threw " + e);
    }
  }
}
