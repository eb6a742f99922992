package dev.healing.detect;

import java.time.Duration;
import java.util.Locale;

/** Numbers for people. */
public final class Texts {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Texts() {}

  /** {@code 91.2%}. */
  public static String percent(double fraction) {
    String text = tenths(fraction * 100);
    return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + "%";
  }

  /** To a tenth; seldom by {@code String.format}, which would cost more than most looks. */
  private static String tenths(double number) {
    double tenths = number * 10;
    long whole = Math.round(tenths);
    return tenths > 0 && tenths < 1e6 && Math.abs(tenths - whole) < 0.499 // however it rounds
        ? whole / 10 + "." + whole % 10
        : String.format(Locale.ROOT, "%.1f", number);
  }

  /** {@code 90 s}, {@code 10 min} or {@code 24 h}: the largest unit that says it exactly. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds % 3600 == 0) {
      return seconds / 3600 + " h";
    }
    return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }

  /** {@code 1.2 GiB}. */
  public static String bytes(double bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return (unit == 0 ? String.format(Locale.ROOT, "%.0f", amount) : tenths(amount))
        + " "
        + UNITS[unit];
  }
}
