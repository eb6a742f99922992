package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Daemon threads, kept for some seconds after use so that a look per second makes none anew. An
 * idle one is used first, then a new one made; when there are very many, tasks wait for their turn.
 */
final class DaemonWorkers implements Workers, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DaemonWorkers.class.getName());
  private static final long STACK_BYTES = 512 << 10;
  private static final Duration KEEP = Duration.ofSeconds(10);

  private static final int MOST_NAMED = 5;

  /** More than can hang at once on any host that is still worth healing. */
  private static final int MOST = 256;

  private final Set<Running> begun = ConcurrentHashMap.newKeySet();
  private final IdleFirst waiting = new IdleFirst();
  private final ThreadPoolExecutor threads;

  DaemonWorkers() {
    this(KEEP);
  }

  /**
   * None yet.
   *
   * @param keep how long an idle thread is kept
   */
  DaemonWorkers(Duration keep) {
    threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            keep.toNanos(),
            TimeUnit.NANOSECONDS,
            waiting,
            life -> {
              Thread thread =
                  new Thread(null, () -> live(life), "healing-idle", STACK_BYTES, false);
              thread.setDaemon(true);
              return thread;
            },
            this::letWait);
  }

  /** All threads are taken: whichever comes free first does it. After the end nobody does. */
  private void letWait(Runnable task, ThreadPoolExecutor pool) {
    waiting.addAnyway(task);
    if (!pool.isShutdown() && pool.getPoolSize() < MOST) {
      wake(); // one ended meanwhile, and may have looked before the task was there
    }
  }

  /** A task that came when this was one of the most threads, and about to end, gets another. */
  private void live(Runnable life) {
    life.run();
    if (!waiting.isEmpty()) {
      wake();
    }
  }

  /** Some thread looks at what waits. */
  private void wake() {
    threads.execute(() -> {});
  }

  @Override
  public Task start(String name, Runnable task) {
    Running running = new Running(name, task);
    execute(running);
    return running;
  }

  /** Where the system gives us no more threads, those that are there do it when they can. */
  private void execute(Running running) {
    try {
      threads.execute(running);
    } catch (OutOfMemoryError e) {
      waiting.addAnyway(running);
      if (threads.getPoolSize() == 0 && waiting.remove(running)) {
        throw new HostException(running.name + ": no thread could be started: " + e, e);
      }
    }
  }

  @Override
  public <T> T call(String name, Duration atMost, Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Task task =
        start(
            name,
            () -> {
              try {
                answer.complete(question.get());
              } catch (Throwable thrown) { // thrown where it is waited for
                answer.completeExceptionally(thrown);
              }
            });
    try {
      return answer.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      task.cancel();
      throw new HostException(name + ": it did not come back within " + atMost.toMillis() + " ms");
    } catch (InterruptedException e) {
      task.cancel();
      Thread.currentThread().interrupt();
      throw new HostException(name + ": interrupted while waiting for it");
    } catch (ExecutionException e) {
      throw asThrown(e);
    }
  }

  @Override
  public void together(String name, Runnable task) {
    CompletableFuture<@Nullable Void> helped = new CompletableFuture<>();
    Running helper =
        new Running(
            name,
            () -> {
              try {
                task.run();
                helped.complete(null);
              } catch (Throwable thrown) { // thrown where it is waited for
                helped.completeExceptionally(thrown);
              }
            });
    execute(helper);
    boolean well = false;
    try {
      task.run();
      well = true;
    } finally {
      if (helper.cancelUnbegun()) {
        helped.complete(null);
      } else if (!well) {
        helper.cancel();
      }
      await(helped, helper, well);
    }
  }

  /** Whoever is interrupted meanwhile passes it on, and waits on. */
  private static void await(
      CompletableFuture<@Nullable Void> helped, Task helper, boolean mayThrow) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          helped.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
          helper.cancel();
        } catch (ExecutionException e) {
          if (mayThrow) {
            throw asThrown(e);
          }
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A supplier or runnable throws no other. */
  private static RuntimeException asThrown(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return (RuntimeException) Objects.requireNonNull(e.getCause());
  }

  @Override
  public String underWay() {
    Map<String, Long> counts =
        begun.stream().collect(Collectors.groupingBy(r -> r.name, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry::getKey))
        .limit(MOST_NAMED)
        .map(
            task -> task.getKey() + (task.getValue() > 1 ? " (" + task.getValue() + " times)" : ""))
        .collect(Collectors.joining(", "));
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

  private final class Running implements Task, Runnable {
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
      begun.add(this);
      return true;
    }

    /** Under the lock of {@link #cancel}, so that no late interrupt hits the thread's next task. */
    private synchronized void end() {
      thread = null;
      done = true;
      begun.remove(this);
      boolean unused = Thread.interrupted();
    }

    /** Cancels it if it has not begun; returns whether it never will. */
    synchronized boolean cancelUnbegun() {
      if (thread == null && !done) {
        cancel();
        return true;
      }
      return false;
    }

    @Override
    public synchronized void cancel() {
      cancelled = true;
      if (thread != null) {
        thread.interrupt();
      } else if (threads.remove(this)) {
        done = true; // it waited for its turn, which never comes
      }
    }

    @Override
    public boolean done() {
      return done;
    }
  }
}
