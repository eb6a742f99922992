package dev.healing.detect;

import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long something is so already, from the first look that saw it, by the clock that nobody sets
 * and that stands still while the host sleeps. Safe for several threads.
 */
final class Lasting<T> {
  private final TimeSource time;
  private final Map<T, Long> since = new ConcurrentHashMap<>();

  Lasting(TimeSource time) {
    this.time = time;
  }

  /** It is so now: how long already. */
  Duration lasts(T what) {
    long now = time.monotonicNanos();
    return Duration.ofNanos(now - since.computeIfAbsent(what, w -> now));
  }

  /** Only these are still so, or may be. */
  void retain(Set<T> still) {
    since.keySet().retainAll(still);
  }

  /** All that were so. */
  Set<T> known() {
    return Set.copyOf(since.keySet());
  }
}
