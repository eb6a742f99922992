package dev.healing.core.calls;

import dev.healing.api.Incident;
import dev.healing.api.Pattern;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.core.calls.PluginCalls.Call;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * learn → tell: hands receipts to the knowledge base on a worker, and tells what happened when it
 * has learned from it. A knowledge base that hangs delays the telling by its deadline once; what it
 * cannot be told while it hangs it is told when it has come back.
 */
public final class Learning {
  private static final System.Logger LOG = System.getLogger(Learning.class.getName());

  /** The audit has them all; these are for a knowledge base that hangs. */
  private static final int MOST_WAITING = 10_000;

  /** What keeps happening is not asked for more often. */
  private static final Duration ASKED_EVERY = Duration.ofHours(1);

  private final TimeSource time;
  private final Inbox inbox;
  private final Consumer<List<Pattern>> patterns;
  private final PluginCalls calls;
  private final Deque<Receipt> lessons = new ArrayDeque<>();
  private final Deque<Recovery> recoveries = new ArrayDeque<>();
  private final Deque<Incident> endings = new ArrayDeque<>();
  private final List<Runnable> afterwards = new ArrayList<>();
  private final List<Runnable> next = new ArrayList<>();
  private Optional<String> trouble = Optional.empty();
  private Optional<Long> askedNanos = Optional.empty();

  /**
   * Learns nothing yet.
   *
   * @param patterns is given what keeps happening, on the engine's thread, when an incident has
   *     ended
   */
  public Learning(TimeSource time, Workers workers, Inbox inbox, Consumer<List<Pattern>> patterns) {
    this.time = time;
    this.inbox = inbox;
    this.patterns = patterns;
    this.calls = new PluginCalls("learn", time, workers);
  }

  /** Adds what is to be learned from. */
  public void add(Receipt receipt) {
    add(lessons, receipt);
  }

  /** Adds what passed by itself. */
  public void add(Recovery recovery) {
    add(recoveries, recovery);
  }

  /** Adds what has ended. */
  public void add(Incident incident) {
    add(endings, incident);
  }

  private static <T> void add(Deque<T> waiting, T more) {
    waiting.addLast(more);
    if (waiting.size() > MOST_WAITING) {
      waiting.removeFirst();
    }
  }

  /** Runs it when all that was added before has been learned from. */
  public void afterwards(Runnable then) {
    afterwards.add(then);
  }

  /** Whether {@link #commit} has something to tell at once. */
  public boolean pending() {
    return !calls.busy() && !afterwards.isEmpty();
  }

  /** Whether nothing is being learned or waits to be told. */
  public boolean idle() {
    return !calls.busy() && afterwards.isEmpty();
  }

  /** What went wrong with the newest lesson. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** As {@link PluginCalls#enforce}. */
  public Optional<Duration> enforce(Duration deadline) {
    return calls.enforce(deadline);
  }

  /** Has all learned and told that was added; while it is still at what was before, later. */
  public void commit(Plugins.Named<KnowledgeBase> knowledge) {
    if (calls.busy()) {
      return;
    }
    boolean nothing = lessons.isEmpty() && recoveries.isEmpty() && endings.isEmpty();
    if (nothing || calls.hangs(plugin(knowledge))) {
      tell(takeAfterwards());
    } else {
      List<Call> round = new ArrayList<>();
      boolean more = !endings.isEmpty();
      round.add(lesson(knowledge));
      if (more && asksForPatterns()) {
        round.add(patterns(knowledge));
      }
      ask(round, takeAfterwards());
    }
  }

  /** Runs it on the engine's thread when nothing is being learned; others wait their turn. */
  public void whenFree(Runnable then) {
    if (calls.busy()) {
      next.add(() -> whenFree(then));
    } else {
      then.run();
    }
  }

  /**
   * Has a knowledge base learn the last, and closes it. Only {@link #whenFree}.
   *
   * @param then runs on the engine's thread when nobody uses it any more
   */
  public void end(Plugins.Named<KnowledgeBase> knowledge, Runnable then) {
    List<Runnable> last = takeAfterwards();
    last.add(then);
    List<Call> round = new ArrayList<>();
    if (!calls.hangs(plugin(knowledge))) { // else the next one is told
      round.add(lesson(knowledge));
    }
    round.add(call(knowledge, () -> knowledge.plugin().close(), () -> {}, () -> {}));
    ask(round, last);
  }

  /** Goes on with another knowledge base. */
  public void startAnew() {
    calls.startAnew();
  }

  /** All that waits. What it was never asked to learn, since no worker came free, waits again. */
  private Call lesson(Plugins.Named<KnowledgeBase> knowledge) {
    List<Receipt> receipts = take(lessons);
    List<Recovery> passed = take(recoveries);
    List<Incident> ended = take(endings);
    KnowledgeBase plugin = knowledge.plugin();
    AtomicBoolean asked = new AtomicBoolean();
    return call(
        knowledge,
        () -> {
          if (!asked.compareAndSet(false, true)) {
            return; // it came so late that all of it waits again
          }
          // Each is told, whatever becomes of the one before.
          try {
            tell(receipts, plugin::record);
          } finally {
            try {
              tell(passed, plugin::recovered);
            } finally {
              tell(ended, plugin::ended);
            }
          }
        },
        () -> trouble = Optional.empty(),
        () -> {
          if (asked.compareAndSet(false, true)) {
            putBack(receipts, lessons);
            putBack(passed, recoveries);
            putBack(ended, endings);
          }
        });
  }

  private static <T> void putBack(List<T> taken, Deque<T> waiting) {
    List<T> since = take(waiting);
    taken.forEach(one -> add(waiting, one));
    since.forEach(one -> add(waiting, one));
  }

  private boolean asksForPatterns() {
    long now = time.monotonicNanos();
    if (askedNanos.filter(at -> now - at < ASKED_EVERY.toNanos()).isPresent()) {
      return false;
    }
    askedNanos = Optional.of(now);
    return true;
  }

  private Call patterns(Plugins.Named<KnowledgeBase> knowledge) {
    return new Call() {
      private List<Pattern> found = List.of();

      @Override
      public String plugin() {
        return Learning.plugin(knowledge);
      }

      @Override
      public void ask() {
        found = List.copyOf(knowledge.plugin().patterns());
      }

      @Override
      public void answered() {
        List<Pattern> all = found;
        inbox.post(() -> patterns.accept(all));
      }

      @Override
      public void failed(String why) {
        // Then nobody is told of it now.
      }
    };
  }

  private static <T> List<T> take(Deque<T> waiting) {
    List<T> all = List.copyOf(waiting);
    waiting.clear();
    return all;
  }

  private static <T> void tell(List<T> some, Consumer<List<T>> learns) {
    if (!some.isEmpty()) {
      learns.accept(some);
    }
  }

  /** What follows runs on the engine's thread. */
  private Call call(
      Plugins.Named<KnowledgeBase> knowledge, Runnable what, Runnable worked, Runnable failed) {
    return new Call() {
      @Override
      public String plugin() {
        return Learning.plugin(knowledge);
      }

      @Override
      public void ask() {
        what.run();
      }

      @Override
      public void answered() {
        inbox.post(worked);
      }

      @Override
      public void failed(String why) {
        inbox.post(
            () -> {
              trouble = Optional.of("knowledge could not be written: it " + why);
              failed.run();
            });
      }
    };
  }

  private static String plugin(Plugins.Named<KnowledgeBase> knowledge) {
    return "knowledge:" + knowledge.name();
  }

  private void ask(List<Call> round, List<Runnable> then) {
    calls.begin(
        round,
        () ->
            inbox.post(
                () -> {
                  calls.ended();
                  tell(then);
                  List<Runnable> waited = List.copyOf(next);
                  next.clear();
                  tell(waited);
                }));
  }

  private List<Runnable> takeAfterwards() {
    List<Runnable> due = new ArrayList<>(afterwards);
    afterwards.clear();
    return due;
  }

  /** Each is told, whatever becomes of the one before. */
  private static void tell(List<Runnable> due) {
    for (Runnable one : due) {
      try {
        one.run();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "somebody could not be told what happened", e);
      }
    }
  }
}
