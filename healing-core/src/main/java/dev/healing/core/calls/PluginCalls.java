package dev.healing.core.calls;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls plugins on a worker, one after the other: no plugin is ever called on the engine's thread.
 *
 * <p>A call that throws is contained. A call that takes longer than its deadline is left behind on
 * its thread, and the round goes on without it on another; until that thread comes back, the plugin
 * is not called again. So there is at most one stuck thread for each plugin, and no round takes
 * longer than the deadlines of those that hang in it.
 *
 * <p>All methods belong to the engine's thread; only {@link Round} is shared with workers.
 */
public final class PluginCalls {
  /** A call that is to be made. */
  public interface Call {
    /** Whose, as {@code kind:name}. */
    String plugin();

    /** Asks it, outside of any lock, and remembers the answer. */
    void ask();

    /**
     * What it answered counts. This and {@link #failed} run in the order of the calls, never two.
     */
    void answered();

    /** There is no answer, or none any more that counts. */
    void failed(String why);
  }

  private final String name;
  private final TimeSource time;
  private final Workers workers;
  private volatile Map<String, Workers.Task> stuck = new ConcurrentHashMap<>();
  private volatile boolean starved;
  private @Nullable Round round;

  /** Has called nobody yet. */
  public PluginCalls(String name, TimeSource time, Workers workers) {
    this.name = name;
    this.time = time;
    this.workers = workers;
  }

  /** Whether a plugin has not come back from a call that was left behind. */
  boolean hangs(String plugin) {
    Workers.Task task = stuck.get(plugin);
    if (task != null && task.done()) {
      stuck.remove(plugin);
    }
    return task != null && !task.done();
  }

  /** Goes on with other plugins: that those before hang says nothing about them. */
  public void startAnew() {
    stuck = new ConcurrentHashMap<>();
  }

  /** Whether this round's plugins are not to blame: there was no worker to ask them on. */
  public boolean starved() {
    return starved;
  }

  /** Whether a round is under way. */
  public boolean busy() {
    return round != null;
  }

  /**
   * Begins a round.
   *
   * @param done runs on a worker when all calls have been made or given up; {@link #ended} must
   *     follow on the engine's thread
   */
  public void begin(List<Call> calls, Runnable done) {
    Round next = new Round(calls, done);
    round = next;
    starved = false;
    next.continueOnWorker();
  }

  /** The round that was begun has arrived. */
  public void ended() {
    round = null;
  }

  /**
   * Leaves behind a call that has taken too long, and gives up a round that no worker takes up.
   *
   * @return how long until this must be asked again; absent when no round is under way
   */
  public Optional<Duration> enforce(Duration deadline) {
    return Optional.ofNullable(round).map(current -> current.enforce(deadline.toNanos()));
  }

  /** One round on its way. What it collects is guarded by its lock. */
  private final class Round {
    private final List<Call> calls;
    private final Runnable done;
    private final Map<String, Workers.Task> behind = stuck;
    private int next;
    private int worker; // the number of the one that works on this round; others are left behind
    private boolean queued; // no worker has taken it up, or the one that had is gone
    private boolean calling; // a plugin has been called and has not come back
    private long callStartedNanos;
    private Workers.@Nullable Task task;

    Round(List<Call> calls, Runnable done) {
      this.calls = calls;
      this.done = done;
    }

    synchronized void continueOnWorker() {
      int me = ++worker;
      queued = true;
      calling = false;
      callStartedNanos = time.monotonicNanos();
      try {
        task = workers.start(name, () -> work(me));
      } catch (HostException e) {
        task = null; // given up, unless one comes free in time
      }
    }

    private void work(int me) {
      boolean ended = false;
      try {
        Call call = next(me, null, null);
        while (call != null) {
          call = next(me, call, ask(call));
        }
        end(me);
        ended = true;
      } finally {
        if (!ended) {
          gone(me);
        }
      }
    }

    /** An error that is not caught has ended this thread: the round must not wait for it. */
    private synchronized void gone(int me) {
      queued |= me == worker && !calling;
    }

    /** Why there is no answer; null if there is one. */
    private @Nullable String ask(Call call) {
      if (!stuck.isEmpty() && hangs(call.plugin())) {
        return "has not come back from an earlier call";
      }
      try {
        call.ask();
        return null;
      } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
        return e instanceof HealingException ? "failed: " + e.getMessage() : "threw " + e;
      }
    }

    /** Keeps what came of the call before, and says which is to be made now. */
    private synchronized @Nullable Call next(int me, @Nullable Call asked, @Nullable String why) {
      if (me != worker) {
        return null;
      }
      queued = false;
      calling = false;
      if (asked != null) {
        keep(asked, why);
      }
      if (next == calls.size()) {
        return null;
      }
      calling = true;
      callStartedNanos = time.monotonicNanos();
      return calls.get(next++);
    }

    /** What an answer is made of is as the plugin has made it. */
    private void keep(Call asked, @Nullable String why) {
      String fault = why;
      if (fault == null) {
        try {
          asked.answered();
          return;
        } catch (RuntimeException e) {
          fault = "gave what makes no sense: " + e;
        }
      }
      asked.failed(fault);
    }

    private synchronized void end(int me) {
      if (me == worker) {
        done.run();
      }
    }

    /** Goes on without a call that is late. Says when to ask again. */
    synchronized Duration enforce(long deadlineNanos) {
      long left = callStartedNanos + deadlineNanos - time.monotonicNanos();
      if (left <= 0 && queued) {
        giveUp(deadlineNanos);
      }
      boolean late = left <= 0 && calling;
      if (!late) {
        return Duration.ofNanos(left > 0 ? left : deadlineNanos);
      }
      Call call = calls.get(next - 1);
      call.failed("did not come back within " + Duration.ofNanos(deadlineNanos).toMillis() + " ms");
      Workers.Task leftBehind = Objects.requireNonNull(task);
      behind.put(call.plugin(), leftBehind);
      leftBehind.cancel();
      continueOnWorker();
      return Duration.ofNanos(deadlineNanos);
    }

    /** Answers all calls that are left in the name of those who hold the threads. */
    private void giveUp(long deadlineNanos) {
      worker++;
      queued = false;
      starved = true;
      if (task != null) {
        task.cancel();
      }
      String why =
          "got no worker within "
              + Duration.ofNanos(deadlineNanos).toMillis()
              + " ms; those that have one: "
              + workers.underWay();
      while (next < calls.size()) {
        calls.get(next++).failed(why);
      }
      done.run();
    }
  }
}
