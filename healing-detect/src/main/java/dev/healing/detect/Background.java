package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What takes its time to answer, or may hang: asked seldom, on a thread of its own, one question at
 * a time, and told as long as it is fresh. As long as it is pressing, which is when something may
 * be reported and done about it, it is asked at every look, which waits a moment for the answer:
 * what is told then is of that look.
 */
final class Background<T> {
  /** So many questions may go unanswered before the last answer is worth nothing any more. */
  private static final int FRESH_QUESTIONS = 3;

  /** An answer, and when it came. */
  record Told<T>(T what, Instant at, long nanos) {}

  private final HostContext context;
  private final String name;
  private final long everyNanos;
  private final Predicate<T> pressing;
  private final Duration patience;
  private volatile @Nullable Told<T> told;
  private volatile boolean asking;
  private boolean asked;
  private long askedAt;

  /**
   * With nothing known yet.
   *
   * @param name for thread dumps
   * @param patience how long a look waits for what is pressing
   */
  Background(
      HostContext context, String name, Duration every, Predicate<T> pressing, Duration patience) {
    this.context = context;
    this.name = name;
    this.everyNanos = every.toNanos();
    this.pressing = pressing;
    this.patience = patience;
  }

  /** One that is never pressing. */
  Background(HostContext context, String name, Duration every) {
    this(context, name, every, answer -> false, Duration.ZERO);
  }

  /** The last answer, while it is fresh; asks again if it is time. */
  Optional<Told<T>> look(Supplier<T> question) {
    askAtOnceIfPressing(question);
    long now = context.time().monotonicNanos();
    Told<T> last = told;
    if (!asking && (!asked || now - askedAt >= everyNanos)) {
      begin(now);
      context.workers().start(name, () -> ask(question));
    }
    return Optional.ofNullable(last)
        .filter(answer -> now - answer.nanos() < FRESH_QUESTIONS * everyNanos);
  }

  /** Whether it was ever asked. */
  boolean asked() {
    return asked;
  }

  private void askAtOnceIfPressing(Supplier<T> question) {
    Told<T> last = told;
    if (last == null || asking || !pressing.test(last.what())) {
      return;
    }
    begin(context.time().monotonicNanos());
    AtomicBoolean taken = new AtomicBoolean();
    try {
      context
          .workers()
          .call(name, patience, () -> taken.compareAndSet(false, true) && ask(question));
    } catch (HostException e) {
      // Not in time: it is told what was known, and a later look tells what comes of it.
    } finally {
      if (taken.compareAndSet(false, true)) {
        asking = false; // no thread was free for it, and none will take it now
      }
    }
  }

  private void begin(long now) {
    asked = true;
    askedAt = now;
    asking = true;
  }

  /** Whether there was an answer. */
  private boolean ask(Supplier<T> question) {
    try {
      T answer = question.get();
      told = new Told<>(answer, context.time().now(), context.time().monotonicNanos());
      return true;
    } finally {
      asking = false;
    }
  }
}
