package dev.healing.spi;

import java.time.Duration;

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
   * Waits on a thread that was started here.
   *
   * @throws InterruptedException if the task is cancelled
   */
  void sleep(Duration duration) throws InterruptedException;
}
