package dev.healing.testkit;

import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Time and threads of a test: years pass in seconds, and always in the same order.
 *
 * <p>The thread of the test drives. What it starts runs only while it is in {@link #runReady},
 * {@link #advance} or {@link #advanceTo}, one task at a time, in the order in which they became
 * due; a task runs until it ends or sleeps. Tasks have real threads, but exactly one thread of all
 * runs at any time, so what they share needs no locks and no run differs from another.
 *
 * <p>A thread that has finished a task takes the next one itself, and one that sleeps wakes its
 * successor directly; the driver is only woken when nothing is due any more.
 *
 * <p>To be used by one driver, and by the tasks that it runs.
 */
public final class VirtualTime implements TimeSource, Workers, AutoCloseable {
  /** The wall time at which every test begins. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** How long the host has been up when a test begins, and after each boot. */
  public static final Duration UPTIME = Duration.ofSeconds(10);

  private static final long NANOS = 1_000_000_000L;
  private static final int STEPS_WITHOUT_TIME = 5_000_000;

  /** Thrown where a killed task sleeps or acts. Not to be caught: the process is gone. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("the process that ran this task was killed", null, false, false);
    }
  }

  private final PriorityQueue<Coroutine> waiting =
      new PriorityQueue<>(
          Comparator.<Coroutine>comparingLong(c -> c.wakeNanos).thenComparingLong(c -> c.order));
  private final Baton driver = new Baton();
  private long monotonicNanos = UPTIME.toNanos();
  private long wallNanos = START.getEpochSecond() * NANOS;
  private long elapsedNanos;
  private long boot = 1;
  private long orders;
  private long horizonNanos;
  private int stepsAtThisInstant;
  private long steps;
  private Coroutine running;
  private Predicate<String> brief = name -> false;
  private Throwable failure;

  /** Makes a host that has just booted, at {@link #START}. */
  public VirtualTime() {}

  @Override
  public Instant now() {
    return Instant.ofEpochSecond(Math.floorDiv(wallNanos, NANOS), Math.floorMod(wallNanos, NANOS));
  }

  @Override
  public long monotonicNanos() {
    return monotonicNanos;
  }

  @Override
  public String bootId() {
    return String.format("00000000-0000-4000-8000-%012d", boot);
  }

  @Override
  public Task start(String name, Runnable body) {
    Coroutine current = currentTask();
    Coroutine task = new Coroutine(name, body);
    if (current != null && current.killed) {
      task.done = true;
      return task;
    }
    enqueue(task, monotonicNanos);
    return task;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException on the driver's thread: it moves time with {@link #advance}
   */
  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Coroutine task = currentTask();
    if (task == null) {
      throw new IllegalStateException(
          "sleep was called on "
              + Thread.currentThread().getName()
              + ", which was not started by these workers: the driver calls advance instead");
    }
    if (task.killed) {
      throw new Killed();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException(task.name + " was cancelled");
    }
    enqueue(task, later(duration));
    Coroutine next = takeDue();
    if (next != task) {
      Baton own = task.thread.baton;
      give(next);
      own.await();
    }
    if (task.killed) {
      throw new Killed();
    }
    if (task.cancelled) {
      task.cancelled = false;
      throw new InterruptedException(task.name + " was cancelled");
    }
  }

  /**
   * Lets something happen in the world after this time. It is no task of the process under test: it
   * survives {@link #killTasks} and {@link #reboot}. It must not sleep.
   */
  public void happens(Duration after, String what, Runnable event) {
    Coroutine task = new Coroutine(what, event);
    task.ofTheWorld = true;
    enqueue(task, later(after));
  }

  /**
   * Says which tasks never sleep: those are run without a thread of their own, which is many times
   * faster. One that sleeps all the same fails the test.
   *
   * @param names tells it from the name that the task was started with
   */
  public void brief(Predicate<String> names) {
    brief = names;
  }

  /** Runs all that is due now, and what that starts, until nothing is due. */
  public void runReady() {
    runUntil(monotonicNanos);
  }

  /** When the next task is due, in {@link #monotonicNanos}; it may be now. Empty if none waits. */
  public Optional<Long> nextWakeNanos() {
    Coroutine next = waiting.peek();
    return next == null ? Optional.empty() : Optional.of(Math.max(next.wakeNanos, monotonicNanos));
  }

  /** Lets this much time pass, and runs what becomes due, each at its time. */
  public void advance(Duration duration) {
    advanceTo(later(duration));
  }

  /**
   * Lets time pass up to this instant of {@link #monotonicNanos}, and runs what becomes due, each
   * at its time.
   *
   * @throws IllegalArgumentException if that is in the past
   */
  public void advanceTo(long nanos) {
    if (nanos < monotonicNanos) {
      throw new IllegalArgumentException(
          "advance to " + nanos + " ns: it is already " + monotonicNanos + " ns");
    }
    runUntil(nanos);
    moveTo(nanos);
  }

  /** Sets the wall clock forward, or back if negative. Nothing else notices. */
  public void jumpWall(Duration by) {
    wallNanos = Math.addExact(wallNanos, by.toNanos());
  }

  /** The host boots again: all tasks are gone, 30 s later by the wall. */
  public void reboot() {
    reboot(Duration.ofSeconds(30));
  }

  /** The host boots again: all tasks are gone, and it was off for this long. */
  public void reboot(Duration off) {
    killTasks();
    long passed = monotonicNanos + off.toNanos();
    wallNanos = Math.addExact(wallNanos, off.toNanos());
    elapsedNanos += off.toNanos();
    monotonicNanos = UPTIME.toNanos();
    boot++;
    List<Coroutine> events = new ArrayList<>(waiting);
    events.sort(waiting.comparator());
    waiting.clear();
    for (Coroutine event : events) {
      enqueue(event, Math.max(0, event.wakeNanos - passed) + monotonicNanos);
    }
  }

  /**
   * The process that ran the tasks is gone: none of them goes on. A task that sleeps is unwound by
   * {@link Killed}; what a {@code finally} of it still does to a fake is refused by {@link
   * #requireAlive}.
   */
  public void killTasks() {
    requireDriver("killTasks");
    horizonNanos = Long.MIN_VALUE;
    List<Coroutine> all = new ArrayList<>(waiting);
    all.sort(waiting.comparator());
    all.removeIf(task -> task.ofTheWorld);
    waiting.removeAll(all);
    for (Coroutine task : all) {
      task.killed = true;
      if (task.thread == null) {
        task.done = true;
      } else {
        give(task);
        awaitTasks();
      }
    }
    waiting.removeAll(all);
    failure = null;
  }

  /** Ends all tasks, so that their threads can be used by the next test. */
  @Override
  public void close() {
    killTasks();
  }

  /**
   * Called by fakes before they do something.
   *
   * @throws Killed on the thread of a task that was killed
   */
  public void requireAlive() {
    Coroutine task = currentTask();
    if (task != null && task.killed) {
      throw new Killed();
    }
  }

  /** Runs it on a worker, as the engine does, and lets time pass until it has ended. */
  public <T> T onWorker(Supplier<T> body) {
    CompletableFuture<T> result = new CompletableFuture<>();
    start(
        "on a worker",
        () -> {
          try {
            result.complete(body.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    runReady();
    while (!result.isDone()) {
      advanceTo(
          nextWakeNanos().orElseThrow(() -> new AssertionError("what was started never ends")));
    }
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    }
  }

  /** How many tasks have not ended. */
  public int tasks() {
    return waiting.size() + (currentTask() == null ? 0 : 1);
  }

  /** The time that has really passed in this test, whatever the clocks and boots say. */
  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos);
  }

  /** Whether the caller is one of the tasks. */
  boolean onTask() {
    return currentTask() != null;
  }

  private long later(Duration duration) {
    long nanos = duration.isNegative() ? 0 : saturatedNanos(duration);
    long sum = monotonicNanos + nanos;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long saturatedNanos(Duration duration) {
    return duration.getSeconds() >= Long.MAX_VALUE / NANOS ? Long.MAX_VALUE : duration.toNanos();
  }

  private void runUntil(long horizon) {
    requireDriver("running tasks");
    horizonNanos = horizon;
    for (Coroutine next = takeDue(); next != null; next = takeDue()) {
      if (next.thread == null && (next.ofTheWorld || brief.test(next.name))) {
        runHere(next);
      } else {
        give(next);
        awaitTasks();
      }
    }
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      VirtualTime.<RuntimeException>sneak(thrown);
    }
  }

  private void runHere(Coroutine task) {
    try {
      task.body.run();
    } catch (Throwable thrown) { // the driver throws it
      failure = thrown;
    }
    task.done = true;
  }

  private void awaitTasks() {
    if (!driver.await(() -> steps)) {
      throw new AssertionError(
          "task " + running + " neither ends nor sleeps, for a minute of real time by now");
    }
  }

  private void requireDriver(String what) {
    Coroutine task = currentTask();
    if (task != null) {
      throw new IllegalStateException(
          what + " is for the driver of the test, and was called by task " + task.name);
    }
  }

  private void enqueue(Coroutine task, long wakeNanos) {
    task.wakeNanos = wakeNanos;
    task.order = orders++;
    waiting.add(task);
  }

  /** The next task that is due, with the clock set to its time; null if that is the driver's. */
  private Coroutine takeDue() {
    Coroutine next = waiting.peek();
    if (next == null || next.wakeNanos > horizonNanos || failure != null) {
      return null;
    }
    if (next.wakeNanos > monotonicNanos) {
      moveTo(next.wakeNanos);
    } else if (++stepsAtThisInstant > STEPS_WITHOUT_TIME) {
      stepsAtThisInstant = 0;
      failure =
          new AssertionError(
              "tasks ran "
                  + STEPS_WITHOUT_TIME
                  + " times without time passing, at last "
                  + next.name
                  + ": does it sleep zero in a loop?");
      return null;
    }
    steps++;
    running = next;
    return waiting.poll();
  }

  private void moveTo(long nanos) {
    if (nanos > monotonicNanos) {
      wallNanos += nanos - monotonicNanos;
      elapsedNanos += nanos - monotonicNanos;
      monotonicNanos = nanos;
      stepsAtThisInstant = 0;
    }
  }

  /** Lets a task go on; the driver if null. The caller must not touch anything afterwards. */
  private void give(Coroutine next) {
    if (next == null) {
      driver.give();
      return;
    }
    if (next.thread == null) {
      next.thread = CoroutineThread.idle(this);
      next.thread.task = next;
    }
    next.thread.baton.give();
  }

  /** Runs the thread's task, then whatever is due and new, until the turn goes elsewhere. */
  private void run(CoroutineThread thread) {
    while (true) {
      Coroutine task = thread.task;
      try {
        if (task.cancelled) {
          task.cancelled = false;
          thread.interrupt();
        }
        task.body.run();
      } catch (Killed killed) {
        if (!task.killed) {
          failure = killed;
        }
      } catch (Throwable thrown) { // the driver throws it
        if (!task.killed) {
          failure = thrown;
        }
      }
      Thread.interrupted();
      task.done = true;
      task.thread = null;
      Coroutine next = takeDue();
      if (next != null && next.thread == null) {
        next.thread = thread;
        thread.task = next;
        continue;
      }
      thread.task = null;
      CoroutineThread.release(thread);
      give(next);
      return;
    }
  }

  private Coroutine currentTask() {
    return Thread.currentThread() instanceof CoroutineThread thread && thread.time == this
        ? thread.task
        : null;
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private final class Coroutine implements Task {
    private final String name;
    private final Runnable body;
    private long wakeNanos;
    private long order;
    private CoroutineThread thread;
    private boolean cancelled;
    private boolean killed;
    private boolean ofTheWorld;
    private boolean done;

    Coroutine(String name, Runnable body) {
      this.name = name;
      this.body = body;
    }

    @Override
    public void cancel() {
      if (done || killed) {
        return;
      }
      if (currentTask() == this) {
        Thread.currentThread().interrupt();
      } else if (!cancelled) {
        cancelled = true;
        waiting.remove(this);
        enqueue(this, monotonicNanos);
      }
    }

    @Override
    public boolean done() {
      return done;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A thread of the pool that all tests of this process share. */
  private static final class CoroutineThread extends Thread {
    private static final ConcurrentLinkedDeque<CoroutineThread> IDLE =
        new ConcurrentLinkedDeque<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Baton baton = new Baton();
    private VirtualTime time;
    private Coroutine task;

    private CoroutineThread() {
      super("virtual-" + COUNT.incrementAndGet());
      setDaemon(true);
    }

    static CoroutineThread idle(VirtualTime time) {
      CoroutineThread thread = IDLE.pollFirst();
      if (thread == null) {
        thread = new CoroutineThread();
        thread.start();
      }
      thread.time = time;
      return thread;
    }

    static void release(CoroutineThread thread) {
      thread.time = null;
      IDLE.addFirst(thread);
    }

    @Override
    public void run() {
      while (true) {
        baton.await();
        time.run(this);
      }
    }
  }
}
