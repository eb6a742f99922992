package dev.healing.detect;

import dev.healing.api.Configuration;
import java.time.Duration;

/** The key {@code window}: how long what happened counts as lately. */
final class Windows {
  private static final Duration LEAST = Duration.ofMinutes(1);
  static final Duration MOST = Duration.ofHours(24);

  private Windows() {}

  static Duration of(Configuration section, Duration fallback) {
    Duration window = section.duration("window", fallback);
    if (window.compareTo(LEAST) < 0 || window.compareTo(MOST) > 0) {
      section.contradiction("window", "from 1m to 24h");
    }
    return window;
  }
}
