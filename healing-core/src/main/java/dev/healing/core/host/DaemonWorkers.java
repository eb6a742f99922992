package dev.healing.core.host;

import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Daemon threads, kept for some seconds after use so that a look per second makes none anew. An
 * idle one is used first, then a new one made; when there are very many, tasks wait for their turn.
 */
final class DaemonWorkers implements Workers, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DaemonWorkers.class.getName());
  private static final long STACK_BYTES = 512 << 10;
  private static final Duration KEEP = Duration.ofSeconds(10);

  /** More than can hang at once on any host that is still worth healing. */
  private static final int MOST = 256;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          MOST,
          KEEP.toMillis(),
          TimeUnit.MILLISECONDS,
          new IdleFirst(),
          task -> {
            Thread thread = new Thread(null, task, "healing-idle", STACK_BYTES, false);
            thread.setDaemon(true);
            return thread;
          },
          (task, pool) -> pool.getQueue().add(task));

  /** Takes a task only if a thread waits for one, so that otherwise one is made, up to the most. */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }
  }

  @Override
  public Task start(String name, Runnable task) {
    Running running = new Running(name, task);
    threads.execute(running);
    return running;
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(Math.max(0, duration.toNanos()));
  }

  /** Interrupts everything that still runs. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static final class Running implements Task, Runnable {
    private final String name;
    private final Runnable task;
    private @Nullable Thread thread;
    private boolean cancelled;
    private volatile boolean done;

    Running(String name, Runnable task) {
      this.name = name;
      this.task = task;
    }

    @Override
    public void run() {
      Thread current = Thread.currentThread();
      current.setName("healing-" + name);
      if (!begin(current)) {
        done = true;
        return;
      }
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "task " + name + " failed: " + e, e);
      } finally {
        end();
        current.setName("healing-idle");
      }
    }

    private synchronized boolean begin(Thread current) {
      if (cancelled) {
        return false;
      }
      thread = current;
      return true;
    }

    /** Under the lock of {@link #cancel}, so that no late interrupt hits the thread's next task. */
    private synchronized void end() {
      thread = null;
      done = true;
      boolean unused = Thread.interrupted();
    }

    @Override
    public synchronized void cancel() {
      cancelled = true;
      if (thread != null) {
        thread.interrupt();
      }
    }

    @Override
    public boolean done() {
      return done;
    }
  }
}
