package dev.healing.actions.nixos.files;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Work that grows while it is done, shared by as many threads as take part: who has nothing to do
 * is handed some by who has too much. It is over when all have nothing to do, or when one ends it.
 *
 * @param <T> a piece of work
 */
final class SharedWork<T> {
  private @Nullable T offered;
  private int threads;
  private int idle;
  private volatile boolean over;

  /**
   * Starts.
   *
   * @param first what is handed to the first who takes part
   */
  SharedWork(T first) {
    offered = first;
  }

  /** Takes part until it is over; what was handed over is given to the worker even then. */
  void work(Consumer<T> worker) {
    join();
    try {
      for (T next = take(); next != null; next = take()) {
        worker.accept(next);
      }
    } finally {
      end(); // also when it failed
    }
  }

  private synchronized void join() {
    threads++;
  }

  private synchronized @Nullable T take() {
    idle++;
    boolean interrupted = false;
    while (offered == null && !over && idle < threads) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
        over = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    idle--;
    T taken = offered;
    offered = null;
    return taken;
  }

  /** Hands it to somebody who has nothing to do; false if there is nobody. */
  synchronized boolean offer(T work) {
    if (over || idle == 0 || offered != null) {
      return false;
    }
    offered = work;
    notifyAll();
    return true;
  }

  synchronized void end() {
    over = true;
    notifyAll();
  }

  boolean over() {
    return over;
  }
}
