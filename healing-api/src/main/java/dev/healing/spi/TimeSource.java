package dev.healing.spi;

import java.time.Instant;

/** Time as the host tells it. */
public interface TimeSource {
  /** Wall time: to show and to store. It jumps; never measure with it. */
  Instant now();

  /**
   * Nanoseconds since the host booted, the same for all processes of one boot: to measure with.
   * Never goes back. Without meaning across boots.
   */
  long monotonicNanos();

  /** Which boot this is; a new one every time. */
  String bootId();
}
