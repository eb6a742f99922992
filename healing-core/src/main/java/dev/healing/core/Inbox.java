package dev.healing.core;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How other threads reach the engine's: what they post is run there, in order. */
final class Inbox {
  private final Queue<Runnable> posts = new ConcurrentLinkedQueue<>();
  private final Semaphore bell = new Semaphore(0);

  void post(Runnable post) {
    posts.add(post);
    bell.release();
  }

  boolean isEmpty() {
    return posts.isEmpty();
  }

  /** Runs what was posted. */
  void drain() {
    bell.drainPermits();
    for (Runnable post = posts.poll(); post != null; post = posts.poll()) {
      post.run();
    }
  }

  /** Waits until something is posted, at most this long. */
  void await(Duration atMost) throws InterruptedException {
    if (bell.tryAcquire(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS)) {
      bell.release();
    }
  }
}
