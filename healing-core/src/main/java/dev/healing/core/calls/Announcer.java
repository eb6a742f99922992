package dev.healing.core.calls;

import dev.healing.api.Event;
import dev.healing.core.plugins.Registry;
import dev.healing.spi.Listener;
import dev.healing.spi.Workers;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners what happens, in order, on a worker of its own, so that a slow one never delays
 * healing. When they fall too far behind, the oldest events are dropped and counted.
 */
public final class Announcer {
  private static final System.Logger LOG = System.getLogger(Announcer.class.getName());
  private static final int MOST_WAITING = 10_000;

  private final Workers workers;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Queue<Event> waiting = new ArrayDeque<>();
  private long dropped;
  private boolean telling;

  /** Has nobody to tell yet. */
  public Announcer(Workers workers) {
    this.workers = workers;
  }

  /** Whether anybody listens. */
  public boolean heard() {
    return !listeners.isEmpty();
  }

  /** Tells this listener what happens from now on. */
  public void add(Listener listener) {
    listeners.add(listener);
  }

  /** Tells others in the place of some. */
  public void replace(Collection<Listener> old, Collection<Listener> now) {
    listeners.removeAll(old);
    listeners.addAll(now);
  }

  /** Has it told after all that was told before. */
  public synchronized void tell(Event event) {
    if (listeners.isEmpty()) {
      return;
    }
    if (waiting.size() == MOST_WAITING) {
      waiting.remove();
      dropped++;
    }
    waiting.add(event);
    if (!telling) {
      telling = true;
      workers.start("tell", this::tellAll);
    }
  }

  private void tellAll() {
    boolean all = false;
    try {
      tellWaiting();
      all = true;
    } finally {
      if (!all) { // an error that is not caught ends this thread, and no other one's telling
        synchronized (this) {
          telling = false;
        }
      }
    }
  }

  private void tellWaiting() {
    for (Event event = next(); event != null; event = next()) {
      for (Listener listener : listeners) {
        try {
          listener.on(event);
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
          LOG.log(Level.WARNING, "listener " + Registry.origin(listener) + " threw " + e);
        }
      }
    }
  }

  private synchronized @Nullable Event next() {
    if (dropped > 0) {
      LOG.log(Level.WARNING, "listeners are too slow: " + dropped + " events were dropped");
      dropped = 0;
    }
    Event event = waiting.poll();
    telling = event != null;
    return event;
  }
}
