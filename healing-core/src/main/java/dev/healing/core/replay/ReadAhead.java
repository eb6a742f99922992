package dev.healing.core.replay;

import dev.healing.core.trace.RecordedLook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace once, on a thread of its own, for one or several who go through it: some hundred
 * looks ahead of the slowest of them. Unpacking it takes about as long as an engine takes for it.
 */
public final class ReadAhead implements AutoCloseable {
  private static final int LOOKS_AT_ONCE = 64;
  private static final int WAITING = 8;
  private static final Part END = new Part(List.of(), null);

  /** Looks in order; none at the end, with what ended it if that was not the trace's end. */
  private record Part(List<RecordedLook> looks, @Nullable Throwable failure) {}

  private final Supplier<Optional<RecordedLook>> trace;
  private final List<Reader> readers;
  private final Thread thread = new Thread(this::read, "healing-trace");

  /** Begins to read, for so many. */
  public ReadAhead(Supplier<Optional<RecordedLook>> trace, int readers) {
    this.trace = trace;
    this.readers = Stream.generate(Reader::new).limit(readers).toList();
    thread.setDaemon(true);
    thread.start();
  }

  /** Each of those who go through it, on a thread of its own. */
  public List<Reader> readers() {
    return readers;
  }

  /** One who goes through it. For one thread. */
  public static final class Reader {
    private final BlockingQueue<Part> parts = new ArrayBlockingQueue<>(WAITING);
    private Part part = END;
    private int next;
    private boolean ended;

    private Reader() {}

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
  }

  private void read() {
    List<RecordedLook> looks = new ArrayList<>(LOOKS_AT_ONCE);
    Throwable failure = null;
    try {
      for (Optional<RecordedLook> look = trace.get(); look.isPresent(); look = trace.get()) {
        looks.add(look.orElseThrow());
        if (looks.size() == LOOKS_AT_ONCE) {
          put(new Part(looks, null));
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
        put(new Part(looks, null));
      }
      put(new Part(List.of(), failure));
    } catch (InterruptedException e) {
      // Nobody wants more.
    }
  }

  private void put(Part part) throws InterruptedException {
    for (Reader reader : readers) {
      reader.parts.put(part);
    }
  }

  /**
   * Reads no further: when it returns, whoever gave the trace has it for himself again. To those
   * who are not through it yet, it ends here.
   */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    for (Reader reader : readers) {
      reader.parts.clear();
      reader.parts.add(END);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
