package dev.healing.core.host;

import java.time.Duration;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * What /proc/PID/stat says; see proc_pid_stat(5).
 *
 * @param pid field 1
 * @param name field 2 without its parentheses
 * @param state field 3
 * @param parentPid field 4
 * @param flags field 9, PF_* of the kernel's sched.h
 * @param cpuTicks fields 14 and 15
 * @param startTicks field 22
 */
record ProcStat(
    long pid, String name, char state, long parentPid, long flags, long cpuTicks, long startTicks) {
  private static final long PF_KTHREAD = 0x0020_0000;
  private static final long KTHREADD = 2;

  /** Of the fields after the name, so many are looked at. */
  private static final int USED = 20;

  /** USER_HZ: 100 wherever a JVM runs, whatever the kernel's own HZ is. */
  private static final long TICKS_PER_SECOND = 100;

  boolean kernelThread() {
    return pid == KTHREADD || parentPid == KTHREADD || (flags & PF_KTHREAD) != 0;
  }

  Duration cpuTime() {
    return Duration.ofMillis(Math.multiplyExact(cpuTicks, 1000 / TICKS_PER_SECOND));
  }

  /**
   * Parses it. The name may hold anything, so it ends at the last parenthesis.
   *
   * @return absent if this is no such line
   */
  static Optional<ProcStat> parse(String text) {
    int open = text.indexOf('(');
    int close = text.lastIndexOf(')');
    if (open < 2 || close < open) {
      return Optional.empty();
    }
    StringTokenizer rest = new StringTokenizer(text.substring(close + 1).strip(), " ");
    if (rest.countTokens() < USED) {
      return Optional.empty();
    }
    String[] fields = new String[USED];
    for (int i = 0; i < USED; i++) {
      fields[i] = rest.nextToken();
    }
    if (fields[0].length() != 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcStat(
              natural(text.substring(0, open).strip()),
              text.substring(open + 1, close),
              fields[0].charAt(0),
              natural(fields[1]),
              natural(fields[6]),
              natural(fields[11]) + natural(fields[12]),
              natural(fields[19])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Below 2^53, far above anything real, so that no sum of two overflows. */
  private static long natural(String digits) {
    long value = Long.parseLong(digits);
    if (value < 0 || value > 1L << 53) {
      throw new NumberFormatException(digits);
    }
    return value;
  }
}
