package dev.healing.core.calls;

import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Preview;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Actions that work out what they would do, each on a worker of its own, since that may take a walk
 * through a file system. What takes too long is given up, and at most one thread is lost to each
 * action that never comes back from a problem, and a few to one that never does from any.
 */
public final class Preparations {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /**
   * From so many problems at once an action does not come back before it is asked about no other.
   */
  private static final int MOST_STUCK = 8;

  private record Key(Fingerprint fingerprint, ActionId action) {}

  private final TimeSource time;
  private final Inbox inbox;
  private final Workers workers;
  private final Set<Preparation> underWay = new LinkedHashSet<>(); // those begun first come first
  private final Map<Key, Workers.Task> stuck = new HashMap<>();

  /** Has begun none. */
  public Preparations(TimeSource time, Workers workers, Inbox inbox) {
    this.time = time;
    this.workers = workers;
    this.inbox = inbox;
  }

  /** One that was begun. */
  public final class Preparation {
    private final Key key;
    private final long deadlineNanos = time.monotonicNanos() + LIMIT.toNanos();
    private final BiConsumer<Optional<PreparedAction>, String> done;
    private Workers.@Nullable Task task;

    private Preparation(Key key, BiConsumer<Optional<PreparedAction>, String> done) {
      this.key = key;
      this.done = done;
    }

    /** Nobody wants it any more. */
    public void giveUp() {
      underWay.remove(this);
      if (task != null) {
        task.cancel();
      }
    }

    private void late() {
      giveUp();
      stuck.values().removeIf(Workers.Task::done);
      if (task != null) {
        stuck.put(key, task);
      }
      done.accept(Optional.empty(), "took too long to work out");
    }

    private void arrived(Optional<PreparedAction> action, String why) {
      if (underWay.remove(this)) {
        done.accept(action, why);
      }
    }
  }

  /**
   * Begins one.
   *
   * @param done is given the prepared action or why there is none, on the engine's thread, unless
   *     it is given up
   */
  public Preparation begin(
      Plugins.Remedy remedy,
      Issue issue,
      HostState state,
      BiConsumer<Optional<PreparedAction>, String> done) {
    Preparation begun =
        new Preparation(new Key(issue.fingerprint(), remedy.description().id()), done);
    underWay.add(begun);
    BiConsumer<Optional<PreparedAction>, String> arrives =
        (action, why) -> inbox.post(() -> begun.arrived(action, why));
    try {
      begun.task = prepare(remedy.action(), remedy.description().id(), issue, state, arrives);
    } catch (HostException e) { // no thread for it: that is known now, and not when it is late
      arrives.accept(Optional.empty(), "could not be prepared: " + e.getMessage());
    }
    return begun;
  }

  /**
   * Has an action work out what it would do.
   *
   * @param done is given the prepared action, or why there is none; on the worker
   */
  private Workers.Task prepare(
      HealingAction action,
      ActionId id,
      Issue issue,
      HostState state,
      BiConsumer<Optional<PreparedAction>, String> done) {
    return workers.start(
        "prepare " + id,
        () -> {
          Optional<PreparedAction> prepared = Optional.empty();
          String why = "";
          try {
            PreparedAction made =
                Objects.requireNonNull(action.prepare(issue, state), "it returned null");
            Preview preview = Objects.requireNonNull(made.preview(), "its preview is null");
            prepared = Optional.of(new Shown(preview, made.destroys(), made));
          } catch (HealingException e) {
            why = Objects.toString(e.getMessage(), e.toString());
          } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            why = "could not be prepared: it threw " + e;
          }
          done.accept(prepared, why);
        });
  }

  /** A prepared action that says of itself what it said when it was made. */
  private record Shown(Preview preview, boolean destroys, PreparedAction action)
      implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      return action.execute(execution);
    }
  }

  /** Goes on with other actions. */
  public void startAnew() {
    stuck.clear();
  }

  /** Why an action is not asked about a problem: it has not come back, from this or from others. */
  public Optional<String> stuck(Fingerprint fingerprint, ActionId action) {
    if (stuck.isEmpty()) {
      return Optional.empty();
    }
    if (isStuck(stuck.get(new Key(fingerprint, action)))) {
      return Optional.of("has not come back from working out what it would do");
    }
    long others =
        stuck.entrySet().stream()
            .filter(one -> one.getKey().action().equals(action) && isStuck(one.getValue()))
            .count();
    return others < MOST_STUCK
        ? Optional.empty()
        : Optional.of(
            "has not come back from working out what it would do about "
                + others
                + " other problems");
  }

  private static boolean isStuck(Workers.@Nullable Task task) {
    return task != null && !task.done();
  }

  /** How long until one is to be given up. */
  public Optional<Duration> untilNextDeadline() {
    // All have the same limit, so the first one that was begun is the first one to be late.
    if (underWay.isEmpty()) {
      return Optional.empty();
    }
    long left = underWay.iterator().next().deadlineNanos - time.monotonicNanos();
    return Optional.of(Duration.ofNanos(Math.max(0, left)));
  }

  /** Gives up those that are late. */
  public void enforceDeadlines() {
    while (untilNextDeadline().filter(Duration::isZero).isPresent()) {
      underWay.iterator().next().late();
    }
  }
}
