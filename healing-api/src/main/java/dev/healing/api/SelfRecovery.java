package dev.healing.api;

import java.time.Duration;

/**
 * What becomes of a problem about which nothing is done, as far as is known. With a probability of
 * 90 % the truth is between {@code lower} and {@code upper}.
 *
 * @param value how likely it is to pass by itself in the time that is left to wait, 0 to 1
 * @param lower what that exceeds with a probability of 95 %; at most {@code value}
 * @param upper what it stays below with a probability of 95 %; at least {@code value}
 * @param patience how long it should be left alone, counted from when it was first seen: until then
 *     most of what passes by itself has passed. Zero if it is not worth waiting
 * @param reason in words, with the evidence
 */
public record SelfRecovery(
    double value, double lower, double upper, Duration patience, String reason) {
  /** Validates. */
  public SelfRecovery {
    if (!(lower >= 0 && lower <= value && value <= upper && upper <= 1)) {
      throw new IllegalArgumentException(
          "self recovery "
              + value
              + " between "
              + lower
              + " and "
              + upper
              + ": expected that order, from 0 to 1");
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException("self recovery: patience " + patience + " is negative");
    }
    if (reason.isBlank()) {
      throw new IllegalArgumentException("self recovery without a reason");
    }
  }
}
