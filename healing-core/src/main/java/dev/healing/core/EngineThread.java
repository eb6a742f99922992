package dev.healing.core;

import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.core.calls.Inbox;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns the engine's state: takes turns until it is stopped, and answers what
 * others ask of that state.
 */
final class EngineThread {
  private static final System.Logger LOG = System.getLogger(EngineThread.class.getName());
  private static final Duration AFTER_A_FAULT = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final String CLOSED = "the engine was closed before it was known what came of it";

  private final Inbox inbox;
  private final HealingLoop loop;
  private volatile @Nullable Thread thread;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;
  private boolean over; // nothing is posted any more

  EngineThread(Inbox inbox, HealingLoop loop) {
    this.inbox = inbox;
    this.loop = loop;
  }

  boolean started() {
    return thread != null;
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  void start() {
    Thread engine = new Thread(this::turns, "healing");
    engine.setDaemon(true);
    thread = engine;
    engine.start();
  }

  private void turns() {
    try {
      while (!stopped) {
        inbox.await(turnContained());
      }
      inbox.drain(); // whoever stopped it may not have waited for so long
      nobodyWaits(CLOSED);
      ended.complete(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      nobodyWaits(CLOSED);
      ended.complete(null);
    } catch (Throwable e) { // whoever waits must know that nothing is healed any more
      nobodyWaits("the engine has ended before it was known what came of it: " + e);
      ended.completeExceptionally(e);
      throw e;
    }
  }

  /** Completes when the thread has ended; exceptionally, if not because it was told to. */
  CompletionStage<@Nullable Void> ended() {
    return ended;
  }

  /** The last net: whatever a plugin made of a turn, there is another one. */
  private Duration turnContained() {
    try {
      return loop.turn();
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      LOG.log(System.Logger.Level.ERROR, "a turn of the engine failed; it goes on", e);
      loop.chronicle().tell(Event.Kind.TROUBLE, "a turn of the engine failed: " + e, null);
      return AFTER_A_FAULT;
    }
  }

  /** Does it on the engine's thread, some time; a fault of it is the answer. */
  void post(CompletableFuture<?> answer, Runnable work) {
    if (postedUnlessOver(answer, () -> answered(answer, work))) {
      answer.whenComplete((came, fault) -> waiting.remove(answer));
    } else {
      answer.completeExceptionally(new HealingException("the engine is closed"));
    }
  }

  /** What is posted here is there when it is drained for the last time. */
  private synchronized boolean postedUnlessOver(CompletableFuture<?> answer, Runnable post) {
    if (!over) {
      waiting.add(answer);
      inbox.post(post);
    }
    return !over;
  }

  private synchronized void over() {
    over = true;
  }

  /** Tells all who still wait, whoever has their answer in hand, that there will be none. */
  private void nobodyWaits(String why) {
    over();
    List.copyOf(waiting).forEach(one -> one.completeExceptionally(new HealingException(why)));
  }

  /** Does it; a fault of it is the answer. */
  static void answered(CompletableFuture<?> answer, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      answer.completeExceptionally(told(e));
    } catch (Error e) { // whoever asked is told, and the engine deals with it
      answer.completeExceptionally(told(e));
      throw e;
    }
  }

  /** What whoever asked is told of a fault: always one of ours. */
  static HealingException told(Throwable fault) {
    Throwable why =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    return why instanceof HealingException ours
        ? ours
        : new HealingException("it could not be answered: the engine threw " + why, why);
  }

  /** Lets what runs end or stops it, and then the thread. What cannot be answered any more is. */
  void stop() {
    Thread engine = thread;
    if (engine != null) {
      CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();
      inbox.post(() -> loop.stop(idle));
      try {
        if (engine.isAlive() && !ended(idle, GRACE)) {
          inbox.post(loop::cancelRunning);
          ended(idle, Duration.ofSeconds(1));
        }
        end();
        inbox.post(() -> {});
        engine.join(GRACE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    end();
    try {
      if (engine == null || !engine.isAlive()) {
        inbox.drain();
      }
    } finally {
      nobodyWaits(CLOSED);
    }
  }

  private void end() {
    stopped = true;
    over();
  }

  private static boolean ended(CompletableFuture<?> stage, Duration atMost)
      throws InterruptedException {
    try {
      stage.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** Asks on the engine's thread; on the caller's, if there is none. */
  <T> T ask(Supplier<T> question) {
    Thread engine = thread;
    if (engine == null || isCurrent() || stopped) {
      return question.get();
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    post(answer, () -> answer.complete(question.get()));
    return await(answer);
  }

  /** Waits for an answer from the engine's thread. */
  <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HealingException("interrupted while asking the engine", e);
    } catch (TimeoutException e) {
      throw new HealingException(
          "the engine did not answer within " + PATIENCE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }
}
