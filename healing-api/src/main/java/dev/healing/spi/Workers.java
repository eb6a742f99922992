package dev.healing.spi;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Threads. In virtual time they run one at a time and waiting costs nothing. Safe for several
 * threads.
 */
public interface Workers {
  /** A task that was started. */
  interface Task {
    /** Interrupts it, if it still runs; returns at once. */
    void cancel();

    /** Whether it has ended. */
    boolean done();
  }

  /**
   * Runs it concurrently, at once, on a daemon thread.
   *
   * @param name for thread dumps
   */
  Task start(String name, Runnable task);

  /**
   * Has it answered on a thread of its own, and waits for that, at most this long; then it is
   * interrupted and left behind. In virtual time, where nothing hangs, it is answered at once. What
   * it throws is thrown here.
   *
   * @param name for messages and thread dumps
   * @throws dev.healing.api.HostException if there is no answer in time
   */
  default <T> T call(String name, Duration atMost, Supplier<T> question) {
    return question.get();
  }

  /**
   * Does a task here and, where another thread is free, there as well at the same time: a task that
   * shares out its work by itself. Returns when all who began have ended. What it throws here is
   * thrown here, else what it throws there. In virtual time it is done here only.
   *
   * @param name for messages and thread dumps
   */
  default void together(String name, Runnable task) {
    task.run();
  }

  /** The tasks that hold threads now, for messages; most first, with how many there are of each. */
  default String underWay() {
    return "";
  }

  /**
   * Waits on a thread that was started here.
   *
   * @throws InterruptedException if the task is cancelled
   */
  void sleep(Duration duration) throws InterruptedException;
}
