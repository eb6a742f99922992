package dev.healing.core.calls;

import dev.healing.api.ActionReport;
import dev.healing.api.HealingException;
import dev.healing.api.RefusedException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has actions done on workers. Whatever they do, the answer comes back once, as a value; deadlines
 * are kept by the engine's thread, which cancels what is late.
 */
public final class ActionRunner {
  private final HostContext host;
  private final Supplier<Optional<String>> paused;

  /**
   * Runs nothing yet.
   *
   * @param paused why nothing is done, if the off switch is set
   */
  public ActionRunner(HostContext host, Supplier<Optional<String>> paused) {
    this.host = host;
    this.paused = paused;
  }

  /**
   * Has it done. The off switch is looked at right before.
   *
   * @param stop why it should stop at its next safe point, if there is a reason
   * @param record what is to be kept of the host as it is before that
   * @param done is given what the action says; on the worker
   */
  public Running execute(
      String name,
      PreparedAction action,
      Duration timeLimit,
      Supplier<Optional<String>> stop,
      Supplier<List<String>> record,
      Consumer<String> progress,
      Consumer<ActionReport> done) {
    Running running = new Running(host, paused, timeLimit, stop, progress, done);
    running.task =
        host.workers()
            .start(
                "execute " + name,
                () -> {
                  if (!running.begin()) {
                    return;
                  }
                  ActionReport report =
                      ActionReport.failed("it ended in an error that is not caught");
                  try {
                    report = running.run(action, record);
                  } finally {
                    done.accept(report);
                  }
                });
    return running;
  }

  /** An action on its way. */
  public static final class Running implements Execution {
    private final HostContext host;
    private final Supplier<Optional<String>> paused;
    private final long endNanos;
    private final Supplier<Optional<String>> stop;
    private final Consumer<String> progress;
    private final Consumer<ActionReport> done;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean cancelled;
    private volatile boolean givesWay;
    private volatile Optional<String> stopped = Optional.empty();
    private boolean gotSomewhere;
    private volatile List<String> recorded = List.of();
    private Workers.@Nullable Task task;

    Running(
        HostContext host,
        Supplier<Optional<String>> paused,
        Duration timeLimit,
        Supplier<Optional<String>> stop,
        Consumer<String> progress,
        Consumer<ActionReport> done) {
      this.host = host;
      this.paused = paused;
      this.endNanos = host.time().monotonicNanos() + timeLimit.toNanos();
      this.stop = stop;
      this.progress = progress;
      this.done = done;
    }

    /** Whether it may: it is either begun once, or cancelled before. */
    private boolean begin() {
      return begun.compareAndSet(false, true);
    }

    private ActionReport run(PreparedAction action, Supplier<List<String>> record) {
      try {
        recorded = record.get();
        Optional<String> why = paused.get();
        if (why.isPresent()) {
          return ActionReport.refused(why.orElseThrow());
        }
        return unlessHalfWay(Objects.requireNonNull(action.execute(this), "it returned null"));
      } catch (RefusedException e) {
        return unlessHalfWay(ActionReport.refused(Objects.toString(e.getMessage(), "refused")));
      } catch (HealingException e) {
        return ActionReport.failed(Objects.toString(e.getMessage(), e.toString()));
      } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
        return ActionReport.failed("it threw " + e);
      }
    }

    /** What has got somewhere can fail, but no longer say that it did nothing. */
    private ActionReport unlessHalfWay(ActionReport report) {
      return report.result() == ActionReport.Result.REFUSED && gotSomewhere
          ? ActionReport.of(
              ActionReport.Result.FAILED,
              "stopped half-way: " + report.detail(),
              report.before(),
              report.after())
          : report;
    }

    /** Why it was told to stop by whoever had it done; empty if it was not. */
    public Optional<String> stopped() {
      return stopped;
    }

    /** What was kept of the host as it was before; empty until then. */
    public List<String> recorded() {
      return recorded;
    }

    /**
     * Asks it to stop, and wakes it if it waits.
     *
     * @return false if it had not begun: then it never will, and its report says so
     */
    public boolean cancel() {
      cancelled = true;
      if (task != null) {
        task.cancel();
      }
      if (begin()) {
        done.accept(ActionReport.refused(stopped.orElse("no worker came free for it in time")));
        return false;
      }
      return true;
    }

    /**
     * As {@link #cancel()}, for a reason that is none of its own: what it would have brought is not
     * known then.
     */
    public boolean cancel(String why) {
      if (stopped.isEmpty()) {
        stopped = Optional.of(why);
      }
      return cancel();
    }

    @Override
    public Duration remaining() {
      long left = endNanos - host.time().monotonicNanos();
      return Duration.ofNanos(Math.max(0, left));
    }

    @Override
    public boolean cancelled() {
      if (stopped.isEmpty()) {
        stop.get().ifPresent(why -> stopped = Optional.of(why)); // and never back
      }
      return cancelled || stopped.isPresent() || remaining().isZero();
    }

    /** Who has only waited so far is stopped by the off switch too. */
    @Override
    public boolean pause(Duration duration) {
      Duration left = remaining();
      try {
        host.workers().sleep(duration.compareTo(left) < 0 ? duration : left);
      } catch (InterruptedException e) {
        cancelled = true;
        Thread.currentThread().interrupt();
      }
      if (!gotSomewhere && paused.get().isPresent()) {
        cancelled = true;
      }
      return !cancelled();
    }

    @Override
    public void givesWay() {
      givesWay = true;
    }

    /** Has it stop, if it has said that it may be and was not before. */
    public boolean makeWay() {
      boolean stops = givesWay && !cancelled && stopped.isEmpty();
      if (stops) {
        cancel("it gave way to what is more urgent");
      }
      return stops;
    }

    @Override
    public void progress(String message) {
      gotSomewhere = true;
      progress.accept(String.valueOf(message));
    }
  }
}
