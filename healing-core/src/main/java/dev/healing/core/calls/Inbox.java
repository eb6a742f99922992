package dev.healing.core.calls;

import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How other threads reach the engine's: what they post is run there, in order. */
public final class Inbox {
  private final Queue<Runnable> posts = new ConcurrentLinkedQueue<>();
  private final Semaphore bell = new Semaphore(0);

  /** Has it run on the engine's thread. */
  public void post(Runnable post) {
    posts.add(post);
    bell.release();
  }

  /**
   * For what somebody may say ever so often, and of which only the last counts: at most one waits.
   * For several threads.
   */
  public <T> Consumer<T> newest(Consumer<T> then) {
    AtomicReference<@Nullable T> said = new AtomicReference<>();
    return one -> {
      if (said.getAndSet(one) == null) {
        post(() -> then.accept(Objects.requireNonNull(said.getAndSet(null))));
      }
    };
  }

  /** Whether nothing waits to be run. */
  public boolean isEmpty() {
    return posts.isEmpty();
  }

  /** Runs what was posted until now; what is posted meanwhile has to wait. */
  public void drain() {
    for (int left = bell.availablePermits(); left > 0; left--) {
      Runnable post = posts.poll();
      if (post == null) {
        return;
      }
      bell.acquireUninterruptibly(); // one by one: the others stay if this one throws
      post.run();
    }
  }

  /** Waits until something is posted, at most this long. */
  public void await(Duration atMost) throws InterruptedException {
    if (bell.tryAcquire(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS)) {
      bell.release();
    }
  }
}
