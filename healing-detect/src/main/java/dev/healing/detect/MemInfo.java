package dev.healing.detect;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What /proc/meminfo says, in bytes. */
record MemInfo(
    OptionalLong totalBytes,
    OptionalLong availableBytes,
    OptionalLong swapTotalBytes,
    OptionalLong swapFreeBytes) {
  private static final String UNIT = " kB";
  private static final long MOST_KILOBYTES = Long.MAX_VALUE / 1024;

  static MemInfo parse(String text) {
    return new MemInfo(
        bytes(text, "MemTotal:"),
        bytes(text, "MemAvailable:"),
        bytes(text, "SwapTotal:"),
        bytes(text, "SwapFree:"));
  }

  /** A line without its unit is cut off: its number cannot be trusted either. */
  private static OptionalLong bytes(String text, String key) {
    int start = text.startsWith(key) ? 0 : text.indexOf("\n" + key) + 1;
    if (start == 0 && !text.startsWith(key)) {
      return OptionalLong.empty();
    }
    int end = text.indexOf('\n', start);
    String line = text.substring(start + key.length(), end < 0 ? text.length() : end);
    if (!line.endsWith(UNIT)) {
      return OptionalLong.empty();
    }
    OptionalLong kilobytes =
        Numbers.whole(line.substring(0, line.length() - UNIT.length()).strip());
    return kilobytes.isPresent() && kilobytes.getAsLong() <= MOST_KILOBYTES
        ? OptionalLong.of(kilobytes.getAsLong() * 1024)
        : OptionalLong.empty();
  }

  /** 1 - MemAvailable / MemTotal. */
  OptionalDouble usedFraction() {
    return Numbers.usedFraction(totalBytes, availableBytes);
  }

  /** Absent on a host without swap. */
  OptionalDouble swapUsedFraction() {
    return Numbers.usedFraction(swapTotalBytes, swapFreeBytes);
  }

  /** Whether it surely has no swap, so that nothing is missing when its use is absent. */
  boolean withoutSwap() {
    return swapTotalBytes.equals(OptionalLong.of(0));
  }
}
