package dev.healing.core.trace;

import java.time.Duration;
import java.time.Instant;

/**
 * What a trace begins with.
 *
 * @param recordedBy the version of healing
 * @param bootId of the host, for which monotonic time counts
 * @param began when
 * @param interval between looks that nothing has woken
 */
public record TraceHeader(String recordedBy, String bootId, Instant began, Duration interval) {
  /** The version of the format that is written, and the newest that is read. */
  public static final int FORMAT = 1;
}
