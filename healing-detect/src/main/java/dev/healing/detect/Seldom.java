package dev.healing.detect;

import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What changes slowly and is read at once: seldom; and at every look as long as it is pressing,
 * which is when something may be reported and done about it: what is told then is of that look.
 */
final class Seldom<T> {
  private final TimeSource time;
  private final long everyNanos;
  private final Predicate<T> pressing;
  private final Supplier<T> read;
  private @Nullable T last;
  private long readAt;

  Seldom(TimeSource time, Duration every, Predicate<T> pressing, Supplier<T> read) {
    this.time = time;
    this.everyNanos = every.toNanos();
    this.pressing = pressing;
    this.read = read;
  }

  /** What is so now, or was when it was read last. What fails is read again at the next look. */
  T look() {
    long now = time.monotonicNanos();
    T known = last;
    if (known == null || now - readAt >= everyNanos || pressing.test(known)) {
      last = null;
      known = read.get();
      last = known;
      readAt = now;
    }
    return known;
  }
}
