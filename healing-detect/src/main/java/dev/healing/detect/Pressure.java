package dev.healing.detect;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file of /proc/pressure, or a pressure file of a control group, says: the parts of the last
 * 10 seconds in which some task, and in which all tasks, were stalled; the latter of the last
 * minute as well.
 */
record Pressure(
    OptionalDouble someFraction, OptionalDouble fullFraction, OptionalDouble fullOfMinute) {
  private static final Pattern SOME = line("some");
  private static final Pattern FULL = line("full");

  private static Pattern line(String kind) {
    return Pattern.compile(
        "^"
            + kind
            + " avg10=(\\d{1,3}\\.\\d\\d) avg60=(\\d{1,3}\\.\\d\\d) avg300=[\\d.]+ total=\\d+$",
        Pattern.MULTILINE);
  }

  static Pressure parse(String text) {
    Matcher some = SOME.matcher(text);
    Matcher full = FULL.matcher(text);
    boolean hasSome = some.find();
    boolean hasFull = full.find();
    return new Pressure(
        fraction(hasSome, some, 1), fraction(hasFull, full, 1), fraction(hasFull, full, 2));
  }

  private static OptionalDouble fraction(boolean found, Matcher matcher, int group) {
    if (!found) {
      return OptionalDouble.empty();
    }
    double percent = Double.parseDouble(matcher.group(group));
    return percent <= 100 ? OptionalDouble.of(percent / 100) : OptionalDouble.empty();
  }
}
