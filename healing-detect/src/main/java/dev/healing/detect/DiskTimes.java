package dev.healing.detect;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the kernel counts of one disk in /proc/diskstats (Documentation/admin-guide/iostats.rst).
 *
 * @param done reads, writes, discards and flushes that are done
 * @param transfers reads and writes that are done
 * @param millis that reads and writes took, each by itself; a 32-bit number of each, which wraps
 * @param underWay that are not done yet
 */
record DiskTimes(long done, long transfers, long millis, long underWay) {
  /** Of fewer a mean says little: one that has to spin up first takes its ten seconds. */
  private static final long FEWEST_TRANSFERS = 20;

  /**
   * One that was waited for in so much of the time is judged by fewer: of a disk that takes seconds
   * for each, and is asked for one at a time, no more come.
   */
  private static final double WAITED_FRACTION = 0.8;

  private static final int READS = 3;
  private static final int READ_MILLIS = 6;
  private static final int WRITES = 7;
  private static final int WRITE_MILLIS = 10;
  private static final int UNDER_WAY = 11;

  /** Since Linux 4.18 and 5.5. */
  private static final int DISCARDS = 14;

  private static final int FLUSHES = 18;

  /** Of all block devices, whole disks or not, by name. */
  static Map<String, DiskTimes> parse(String diskstats) {
    Map<String, DiskTimes> times = new HashMap<>();
    for (String line : diskstats.split("\n")) {
      String[] fields = line.strip().split(" +");
      if (fields.length > UNDER_WAY) {
        OptionalLong reads = Numbers.whole(fields[READS]);
        OptionalLong writes = Numbers.whole(fields[WRITES]);
        OptionalLong readMillis = Numbers.whole(fields[READ_MILLIS]);
        OptionalLong writeMillis = Numbers.whole(fields[WRITE_MILLIS]);
        OptionalLong underWay = Numbers.whole(fields[UNDER_WAY]);
        if (reads.isPresent()
            && writes.isPresent()
            && readMillis.isPresent()
            && writeMillis.isPresent()
            && underWay.isPresent()) {
          long transfers = reads.getAsLong() + writes.getAsLong();
          times.put(
              fields[2],
              new DiskTimes(
                  transfers + optional(fields, DISCARDS) + optional(fields, FLUSHES),
                  transfers,
                  readMillis.getAsLong() + writeMillis.getAsLong(),
                  underWay.getAsLong()));
        }
      }
    }
    return times;
  }

  private static long optional(String[] fields, int field) {
    return fields.length > field ? Numbers.whole(fields[field]).orElse(0) : 0;
  }

  /**
   * How long a read or write took on the mean; at least the whole time, if some were under way and
   * nothing was done. Absent if that says little, or it began anew meanwhile. A few say enough if
   * they were waited for most of the time, from one end of it to the other.
   */
  OptionalDouble waitSince(DiskTimes before, double seconds) {
    long transferred = transfers - before.transfers;
    long took = millis - before.millis;
    if (done < before.done || transferred < 0 || took < 0) {
      return OptionalDouble.empty();
    }
    boolean waitedFor = underWay > 0 && before.underWay > 0;
    if (done == before.done && waitedFor) {
      return OptionalDouble.of(seconds);
    }
    boolean waitedMost = waitedFor && took / 1e3 >= WAITED_FRACTION * seconds;
    return transferred >= FEWEST_TRANSFERS || transferred > 0 && waitedMost
        ? OptionalDouble.of(took / 1e3 / transferred)
        : OptionalDouble.empty();
  }
}
