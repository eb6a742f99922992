package dev.healing.core.history;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import dev.healing.testkit.InMemoryFolder;
import dev.healing.testkit.InMemoryStateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongToDoubleFunction;

/** A history that is written in a time of its own, on the thread of the test. */
final class Recorded {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Metric CPU = Metric.CPU_BUSY;
  static final Metric DISK = Metric.of(Metric.FILESYSTEM_USED, "/var");

  private static final class Clock implements TimeSource {
    private Instant wall = START;
    private long nanos;

    @Override
    public Instant now() {
      return wall;
    }

    @Override
    public long monotonicNanos() {
      return nanos;
    }

    @Override
    public String bootId() {
      return "boot";
    }
  }

  private static final class AtOnce implements Workers {
    private boolean hang;
    private final List<Runnable> hanging = new ArrayList<>();

    @Override
    public Task start(String name, Runnable task) {
      if (hang) {
        hanging.add(task);
      } else {
        task.run();
      }
      return new Task() {
        @Override
        public void cancel() {}

        @Override
        public boolean done() {
          return true;
        }
      };
    }

    @Override
    public void sleep(Duration duration) {
      throw new IllegalStateException("nothing waits here");
    }
  }

  private final InMemoryStateStore store = new InMemoryStateStore();
  private final Clock clock = new Clock();
  private final AtOnce workers = new AtOnce();
  private final long mostBytes;
  private HistoryWriter writer;

  Recorded() {
    this(HistoryWriter.MOST_BYTES);
  }

  Recorded(long mostBytes) {
    this.mostBytes = mostBytes;
    start();
  }

  /** A process that finds what the one before it wrote. */
  void start() {
    store.restart();
    writer = new HistoryWriter(store, clock, workers);
    writer.keep(OptionalLong.of(mostBytes));
  }

  HistoryWriter writer() {
    return writer;
  }

  InMemoryStateStore store() {
    return store;
  }

  InMemoryFolder folder() {
    return store.folder(HistoryWriter.FOLDER);
  }

  /** What is written from now on hangs, until it is freed. */
  void hang() {
    workers.hang = true;
  }

  void free() {
    workers.hang = false;
    workers.hanging.forEach(Runnable::run);
    workers.hanging.clear();
  }

  History history() {
    return new History(store);
  }

  Instant now() {
    return clock.wall;
  }

  void jump(Duration distance) {
    clock.wall = clock.wall.plus(distance);
  }

  void pass(Duration duration) {
    clock.wall = clock.wall.plus(duration);
    clock.nanos += duration.toNanos();
  }

  void look(List<Sample> samples) {
    writer.add(samples);
  }

  /** Looks at these metrics, whose values follow from the second. */
  void run(Duration span, Duration every, LongToDoubleFunction value, Metric... metrics) {
    for (long left = span.toNanos(); left > 0; left -= every.toNanos()) {
      List<Sample> samples = new ArrayList<>();
      for (Metric metric : metrics) {
        samples.add(
            new Sample(metric, value.applyAsDouble(clock.wall.getEpochSecond()), clock.wall));
      }
      look(samples);
      pass(every);
    }
  }
}
