package dev.healing.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** One thread's turn. Who is given it goes on; everybody else waits for theirs. */
final class Baton {
  /** Spinning for a moment is cheaper than the kernel; longer takes the core from others. */
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private volatile boolean given;
  private volatile Thread waiter;

  void give() {
    given = true;
    LockSupport.unpark(waiter);
  }

  /** Waits for the turn. */
  void await() {
    waiter = Thread.currentThread();
    spin();
    boolean interrupted = false;
    while (!given) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    taken(interrupted);
  }

  /**
   * Waits for the turn, unless nothing moves any more.
   *
   * @return false if it was waited for a minute of real time in which {@code progress} stood still
   */
  boolean await(LongSupplier progress) {
    waiter = Thread.currentThread();
    spin();
    boolean interrupted = false;
    long seen = progress.getAsLong();
    long since = System.nanoTime();
    while (!given) {
      LockSupport.parkNanos(this, PATIENCE_NANOS);
      interrupted |= Thread.interrupted();
      if (progress.getAsLong() != seen) {
        seen = progress.getAsLong();
        since = System.nanoTime();
      } else if (!given && System.nanoTime() - since >= PATIENCE_NANOS) {
        return false;
      }
    }
    taken(interrupted);
    return true;
  }

  private void spin() {
    for (int spin = SPINS; spin > 0 && !given; spin--) {
      Thread.onSpinWait();
    }
  }

  private void taken(boolean interrupted) {
    given = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
