package dev.healing.detect;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Counts since boot from /proc/vmstat. A line that this kernel does not have is absent.
 *
 * @param oomKills processes that the kernel killed for want of memory
 * @param swappedPages moved to swap, and from it
 */
record VmStat(OptionalLong oomKills, OptionalLong swappedPages) {
  static VmStat parse(String text) {
    OptionalLong in = count(text, "pswpin ");
    OptionalLong out = count(text, "pswpout ");
    OptionalLong both =
        in.isPresent() && out.isPresent()
            ? OptionalLong.of(in.getAsLong() + out.getAsLong())
            : OptionalLong.empty();
    return new VmStat(count(text, "oom_kill "), both);
  }

  /** A line without its end is cut off: its number cannot be trusted. */
  private static OptionalLong count(String text, String key) {
    int start = text.startsWith(key) ? 0 : text.indexOf("\n" + key) + 1;
    int end = text.indexOf('\n', start);
    return end < 0 || !text.startsWith(key, start)
        ? OptionalLong.empty()
        : Numbers.whole(text.substring(start + key.length(), end));
  }

  /** Absent if the count went back, which it does not on one boot. */
  OptionalDouble swappedPagesPerSecondSince(VmStat then, double seconds) {
    if (swappedPages.isEmpty() || then.swappedPages.isEmpty() || !(seconds > 0)) {
      return OptionalDouble.empty();
    }
    long pages = swappedPages.getAsLong() - then.swappedPages.getAsLong();
    return pages < 0 ? OptionalDouble.empty() : OptionalDouble.of(pages / seconds);
  }
}
