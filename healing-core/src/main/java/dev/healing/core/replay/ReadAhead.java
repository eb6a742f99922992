package dev.healing.core.replay;

import dev.healing.core.trace.RecordedLook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace on a thread of its own, some hundred looks ahead at most: unpacking it takes about
 * as long as the engine takes for it. For one reader.
 */
public final class ReadAhead implements AutoCloseable {
  private static final int LOOKS_AT_ONCE = 64;
  private static final int WAITING = 8;

  /** Looks in order; none at the end, with what ended it if that was not the trace's end. */
  private record Part(List<RecordedLook> looks, @Nullable Throwable failure) {}

  private final Supplier<Optional<RecordedLook>> trace;
  private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(WAITING);
  private final Thread reader = new Thread(this::read, "healing-trace");
  private Part part = new Part(List.of(), null);
  private int next;
  private boolean ended;

  /** Begins to read. */
  public ReadAhead(Supplier<Optional<RecordedLook>> trace) {
    this.trace = trace;
    reader.setDaemon(true);
    reader.start();
  }

  /** The next look; empty at the end. Throws what the trace has thrown there. */
  public Optional<RecordedLook> next() {
    while (next == part.looks().size() && !ended) {
      part = taken();
      next = 0;
      ended = part.looks().isEmpty();
    }
    if (!ended) {
      return Optional.of(part.looks().get(next++));
    }
    if (part.failure() instanceof RuntimeException failure) {
      throw failure;
    }
    if (part.failure() instanceof Error failure) {
      throw failure;
    }
    return Optional.empty();
  }

  private Part taken() {
    try {
      return parts.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a trace was read", e);
    }
  }

  private void read() {
    List<RecordedLook> looks = new ArrayList<>(LOOKS_AT_ONCE);
    Throwable failure = null;
    try {
      for (Optional<RecordedLook> look = trace.get(); look.isPresent(); look = trace.get()) {
        looks.add(look.orElseThrow());
        if (looks.size() == LOOKS_AT_ONCE) {
          parts.put(new Part(looks, null));
          looks = new ArrayList<>(LOOKS_AT_ONCE);
        }
      }
    } catch (InterruptedException e) {
      return; // nobody wants more
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    try {
      if (!looks.isEmpty()) {
        parts.put(new Part(looks, null));
      }
      parts.put(new Part(List.of(), failure));
    } catch (InterruptedException e) {
      // Nobody wants more.
    }
  }

  /** Reads no further: when it returns, whoever gave the trace has it for himself again. */
  @Override
  public void close() {
    parts.clear();
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
