package dev.healing.runner.notify;

import java.time.DateTimeException;
import java.time.LocalTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of each day in which only what is urgent is told, by the host's clock; it may go over
 * midnight.
 *
 * @param from the first minute of it
 * @param to the first minute after it
 */
record QuietHours(LocalTime from, LocalTime to) {
  /** What is expected, in words. */
  static final String EXPECTED = "two times of day like 22:00-07:00";

  private static final Pattern WRITTEN = Pattern.compile("(\\d\\d:\\d\\d)\\s*-\\s*(\\d\\d:\\d\\d)");

  /**
   * Parses it.
   *
   * @throws IllegalArgumentException if it is none
   */
  static QuietHours parse(String text) {
    Matcher written = WRITTEN.matcher(text.strip());
    if (written.matches()) {
      try {
        LocalTime from = LocalTime.parse(written.group(1));
        LocalTime to = LocalTime.parse(written.group(2));
        if (!from.equals(to)) {
          return new QuietHours(from, to);
        }
      } catch (DateTimeException e) {
        // Said below.
      }
    }
    throw new IllegalArgumentException("expected " + EXPECTED);
  }

  boolean at(LocalTime now) {
    boolean begun = !now.isBefore(from);
    boolean over = !now.isBefore(to);
    return from.isBefore(to) ? begun && !over : begun || !over;
  }
}
