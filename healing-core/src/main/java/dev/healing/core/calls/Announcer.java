package dev.healing.core.calls;

import dev.healing.api.Event;
import dev.healing.api.HostException;
import dev.healing.spi.Listener;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners what happens, each in order, on workers, so that none delays healing or another
 * listener.
 *
 * <p>One worker goes round those for whom something waits: it is woken once for all that is told
 * while it is at it, however many listen. With one who keeps it for too long it stays until nothing
 * waits there any more, and another goes round in its place. Safe for several threads.
 */
public final class Announcer {
  private static final System.Logger LOG = System.getLogger(Announcer.class.getName());
  private static final int MOST_WAITING = 10_000;

  /** From then on another goes round in the place of who is kept. */
  private static final Duration KEPT_AFTER = Duration.ofMillis(100);

  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration LATE_AFTER = Duration.ofMinutes(1);

  /** So long, lest one that cannot take what is told of its own fault comes and goes with it. */
  private static final Duration FAULTS_KEPT = Duration.ofMinutes(10);

  /** One listener, and what it is still to be told. Guarded by the lock of all. */
  private static final class Told {
    private final String name;
    private final Listener listener;
    private final Queue<Event> waiting = new ArrayDeque<>();
    private boolean taken; // a worker is with it, or will come round
    private int inTurn; // as many as waited when the worker came
    private boolean called; // and has not come back
    private long calledNanos;
    private long dropped;
    private Optional<String> fault = Optional.empty();
    private long faultNanos;
    private boolean wellSince;

    Told(String name, Listener listener) {
      this.name = name;
      this.listener = listener;
    }
  }

  private final TimeSource time;
  private final Workers workers;
  private final List<Told> all = new CopyOnWriteArrayList<>();
  private final Queue<Told> ready = new ArrayDeque<>();
  private int worker; // the number of the one that goes round; others are kept
  private boolean queued; // it has not begun
  private boolean going;
  private long visitNanos;

  /** Has nobody to tell yet. */
  public Announcer(TimeSource time, Workers workers) {
    this.time = time;
    this.workers = workers;
  }

  /** Whether anybody listens. */
  public boolean heard() {
    return !all.isEmpty();
  }

  /** Tells this listener what happens from now on; it is named by its class. */
  public void add(Listener listener) {
    String lambdasToo = listener.getClass().getName().replaceFirst("\\$\\$Lambda.*", "");
    all.add(new Told(lambdasToo, listener));
  }

  /** Tells others in the place of some; what waits for one is told to the next of its name. */
  public synchronized void replace(Map<String, Listener> old, Map<String, Listener> now) {
    Map<String, List<Event>> left = new HashMap<>();
    for (Told one : all) {
      if (old.get(one.name) == one.listener) {
        left.put(one.name, List.copyOf(one.waiting));
        one.waiting.clear();
        ready.remove(one);
        all.remove(one);
      }
    }
    now.forEach(
        (name, listener) -> {
          Told one = new Told(name, listener);
          all.add(one);
          left.getOrDefault(name, List.of()).forEach(event -> add(one, event));
        });
    goRound();
  }

  /** Has it told after all that was told before. */
  public synchronized void tell(Event event) {
    for (Told one : all) {
      add(one, event);
    }
    goRound();
  }

  private void add(Told one, Event event) {
    if (one.waiting.size() == MOST_WAITING) {
      one.waiting.remove();
      one.dropped++;
      failed(one, "is too slow: events were dropped, " + one.dropped + " so far");
    }
    one.waiting.add(event);
    if (!one.taken) {
      one.taken = true;
      ready.add(one);
    }
  }

  /** Has a worker go round, if none does or the one that does is kept. */
  private void goRound() {
    boolean kept = going && now() - visitNanos > KEPT_AFTER.toNanos();
    if (ready.isEmpty() || queued || going && !kept) {
      return;
    }
    int me = ++worker;
    queued = true;
    try {
      workers.start("tell", () -> work(me));
    } catch (HostException e) { // somebody will ask again
      worker--;
      queued = false;
    }
  }

  /**
   * Has another worker go on where one is kept, or none could be had.
   *
   * @return how long until this must be asked again; absent if everybody is being told
   */
  public synchronized Optional<Duration> enforce() {
    goRound();
    return ready.isEmpty() ? Optional.empty() : Optional.of(AGAIN);
  }

  private void work(int me) {
    for (Told one = visit(me); one != null; one = visit(me)) {
      boolean ended = false;
      try {
        for (Event event = next(me, one); event != null; event = next(me, one)) {
          tell(one, event);
        }
        ended = true;
      } finally {
        if (!ended) { // an error that is not caught ends this thread, and no other one's telling
          leave(me, one);
        }
      }
    }
  }

  private void tell(Told one, Event event) {
    String why = null;
    try {
      one.listener.on(event);
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      why = "threw " + e;
    }
    synchronized (this) {
      one.called = false;
      if (why != null) {
        failed(one, why);
      } else {
        one.wellSince = true;
      }
    }
  }

  /** Whose turn it is; null if nobody's, or another goes round. */
  private synchronized @Nullable Told visit(int me) {
    if (me != worker) {
      return null;
    }
    queued = false;
    Told one = ready.poll();
    going = one != null;
    visitNanos = now();
    if (one != null) {
      one.inTurn = one.waiting.size();
    }
    return one;
  }

  private synchronized @Nullable Event next(int me, Told one) {
    if (me == worker && --one.inTurn < 0 && !one.waiting.isEmpty()) {
      ready.add(one); // what came meanwhile is for the next round
      return null;
    }
    Event event = one.waiting.poll();
    one.taken = event != null;
    one.called = one.taken;
    one.calledNanos = now();
    return event;
  }

  private synchronized void leave(int me, Told one) {
    one.called = false;
    one.taken = !one.waiting.isEmpty();
    if (one.taken) {
      ready.add(one);
    }
    going = going && me != worker;
  }

  private void failed(Told one, String why) {
    if (one.fault.isEmpty()) {
      LOG.log(Level.WARNING, "listener " + one.name + " " + why);
    }
    one.fault = Optional.of(why);
    one.faultNanos = now();
    one.wellSince = false;
  }

  /** What is wrong with listeners, as {@code listener:NAME}. */
  public synchronized Map<String, String> faults() {
    Map<String, String> faults = new TreeMap<>();
    for (Told one : all) {
      if (one.wellSince && now() - one.faultNanos > FAULTS_KEPT.toNanos()) {
        one.fault = Optional.empty();
        one.dropped = 0;
      }
      boolean late = one.called && now() - one.calledNanos > LATE_AFTER.toNanos();
      Optional<String> hangs =
          late
              ? Optional.of("has not come back for " + LATE_AFTER.toSeconds() + " s")
              : Optional.empty();
      hangs.or(() -> one.fault).ifPresent(why -> faults.putIfAbsent("listener:" + one.name, why));
    }
    return faults;
  }

  private long now() {
    return time.monotonicNanos();
  }
}
