package dev.healing.detect;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one-minute average of /proc/loadavg. */
final class LoadAverage {
  private static final Pattern LINE =
      Pattern.compile("(\\d{1,6}\\.\\d\\d) \\d+\\.\\d\\d \\d+\\.\\d\\d \\d+/\\d+ \\d+\\s*");

  private LoadAverage() {}

  static OptionalDouble parse(String text) {
    Matcher matcher = LINE.matcher(text);
    return matcher.matches()
        ? OptionalDouble.of(Double.parseDouble(matcher.group(1)))
        : OptionalDouble.empty();
  }
}
