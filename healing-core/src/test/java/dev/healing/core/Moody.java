package dev.healing.core;

import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.function.Supplier;

/** What a plugin does instead of its work. */
final class Moody {
  /** How it is. */
  enum Mood {
    WORKS,
    THROWS,
    NULL,
    HANGS
  }

  private final Workers workers;
  Mood mood = Mood.WORKS;

  Moody(Workers workers) {
    this.workers = workers;
  }

  /** An answer that may not come. */
  @SuppressWarnings("NullAway") // that a plugin returns null is what is tried
  <T> T answer(Supplier<T> answer) {
    if (mood == Mood.THROWS) {
      throw new IllegalStateException("boom");
    }
    while (mood == Mood.HANGS) {
      try {
        workers.sleep(Duration.ofSeconds(1));
      } catch (InterruptedException e) {
        // It does not listen.
      }
    }
    return mood == Mood.NULL ? null : answer.get();
  }
}
