package dev.healing.core.host;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a pool of threads has to do. Takes a task only if a thread waits that no other task is for,
 * so that otherwise one is made, up to the most: no task waits for another to end. Of many that
 * come at once the threads that are awake take one after the other, and each wakes the next as long
 * as some are left.
 */
final class IdleFirst extends LinkedBlockingQueue<Runnable> {
  private static final long serialVersionUID = 1L;

  /** How many more threads wait than tasks; below 0 if there are more tasks. */
  private int free;

  @Override
  public synchronized boolean offer(Runnable task) {
    if (free <= 0) {
      return false;
    }
    addAnyway(task);
    return true;
  }

  /** Whether or not a thread waits. */
  synchronized void addAnyway(Runnable task) {
    free--;
    super.offer(task);
  }

  @Override
  public synchronized boolean remove(Object task) {
    boolean removed = super.remove(task);
    free += removed ? 1 : 0;
    return removed;
  }

  @Override
  public @Nullable Runnable poll(long atMost, TimeUnit unit) throws InterruptedException {
    synchronized (this) {
      free++;
    }
    Runnable task;
    try {
      task = super.poll(atMost, unit);
    } catch (InterruptedException e) {
      task = leave();
      if (task == null) {
        throw e;
      }
      Thread.currentThread().interrupt();
      return task;
    }
    return task == null ? leave() : task;
  }

  /** What came while the caller no longer waited is still for it. */
  private synchronized @Nullable Runnable leave() {
    Runnable task = super.poll();
    free -= task == null ? 1 : 0;
    return task;
  }
}
