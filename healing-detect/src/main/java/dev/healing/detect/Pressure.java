package dev.healing.detect;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file of /proc/pressure says: the parts of the last 10 seconds in which some task, and in
 * which all tasks, were stalled.
 */
record Pressure(OptionalDouble someFraction, OptionalDouble fullFraction) {
  private static final Pattern SOME = line("some");
  private static final Pattern FULL = line("full");

  private static Pattern line(String kind) {
    return Pattern.compile(
        "^" + kind + " avg10=(\\d{1,3}\\.\\d\\d) avg60=[\\d.]+ avg300=[\\d.]+ total=\\d+$",
        Pattern.MULTILINE);
  }

  static Pressure parse(String text) {
    return new Pressure(fraction(SOME, text), fraction(FULL, text));
  }

  private static OptionalDouble fraction(Pattern line, String text) {
    Matcher matcher = line.matcher(text);
    if (!matcher.find()) {
      return OptionalDouble.empty();
    }
    double percent = Double.parseDouble(matcher.group(1));
    return percent <= 100 ? OptionalDouble.of(percent / 100) : OptionalDouble.empty();
  }
}
