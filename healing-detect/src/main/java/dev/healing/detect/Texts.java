package dev.healing.detect;

import java.time.Duration;
import java.util.Locale;

/** Numbers for people. */
public final class Texts {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Texts() {}

  /** {@code 91.2%}. */
  public static String percent(double fraction) {
    double tenths = fraction * 1000;
    long whole = Math.round(tenths);
    if (tenths > 0 && tenths < 1e6 && Math.abs(tenths - whole) < 0.499) { // no matter how it rounds
      return whole % 10 == 0 ? whole / 10 + "%" : whole / 10 + "." + whole % 10 + "%";
    }
    String text = String.format(Locale.ROOT, "%.1f", fraction * 100);
    return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + "%";
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
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
  }
}
