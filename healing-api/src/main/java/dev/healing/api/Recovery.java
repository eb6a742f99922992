package dev.healing.api;

import java.time.Duration;
import java.time.Instant;

/**
 * A problem that passed while nobody did anything about it, as far as we know.
 *
 * @param fingerprint which problem
 * @param detectedAt when its incident was first seen
 * @param recoveredAt when it was no longer there
 * @param took how long that was, by a clock that nobody can set
 */
public record Recovery(
    Fingerprint fingerprint, Instant detectedAt, Instant recoveredAt, Duration took) {
  /** Validates. */
  public Recovery {
    if (took.isNegative()) {
      throw new IllegalArgumentException("recovery of " + fingerprint.key() + " after " + took);
    }
  }
}
