package dev.healing.detect;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What /proc/stat says of all processors, in ticks since boot.
 *
 * @param busyTicks user, nice, system, irq, softirq and steal: guests are part of user, and time
 *     that the hypervisor took is not there to be used
 * @param idleTicks idle and iowait
 * @param processors that are online; absent if the list of them is cut off
 */
record CpuTimes(long busyTicks, long idleTicks, OptionalLong processors) {
  private static final String ALL = "cpu ";
  private static final int FIELDS = 8;
  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final long MOST_TICKS = Long.MAX_VALUE / (4 * FIELDS);

  /** Absent if the line of all processors is not there in full. */
  static Optional<CpuTimes> parse(String text) {
    int end = text.indexOf('\n');
    if (end < 0 || !text.startsWith(ALL)) {
      return Optional.empty();
    }
    String[] fields = text.substring(ALL.length(), end).strip().split(" ");
    if (fields.length < FIELDS) {
      return Optional.empty();
    }
    long busy = 0;
    long idle = 0;
    for (int i = 0; i < FIELDS; i++) {
      OptionalLong ticks = Numbers.whole(fields[i]);
      if (ticks.isEmpty() || ticks.getAsLong() > MOST_TICKS) {
        return Optional.empty();
      }
      if (i == IDLE || i == IOWAIT) {
        idle += ticks.getAsLong();
      } else {
        busy += ticks.getAsLong();
      }
    }
    return Optional.of(new CpuTimes(busy, idle, processors(text, end + 1)));
  }

  private static OptionalLong processors(String text, int from) {
    int start = from;
    long count = 0;
    while (text.startsWith("cpu", start)) {
      count++;
      start = text.indexOf('\n', start) + 1;
      if (start == 0) {
        return OptionalLong.empty();
      }
    }
    // What follows the list must be there, or the list may have been longer.
    return count > 0 && text.startsWith("intr", start)
        ? OptionalLong.of(count)
        : OptionalLong.empty();
  }

  /** All ticks between then and this. */
  long ticksSince(CpuTimes then) {
    return busyTicks - then.busyTicks + idleTicks - then.idleTicks;
  }

  /** The part of the time since then that was busy; absent if the counters went back. */
  OptionalDouble busySince(CpuTimes then) {
    long busy = busyTicks - then.busyTicks;
    long all = ticksSince(then);
    if (all <= 0 || busy < 0) {
      return OptionalDouble.empty();
    }
    // iowait may go back a little (proc(5)), so that busy is more than all.
    return OptionalDouble.of(Math.min(1, (double) busy / all));
  }
}
