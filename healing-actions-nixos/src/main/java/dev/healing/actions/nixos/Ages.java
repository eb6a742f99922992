package dev.healing.actions.nixos;

import java.util.OptionalLong;

/**
 * How many files and bytes there are of which age, to about a thousandth of it, in a table of fixed
 * size: so the oldest can be told from the rest without remembering any file.
 */
final class Ages {
  private static final int PRECISION = 10;
  private static final int ROWS = Long.SIZE << PRECISION;

  private final long[] files = new long[ROWS];
  private final long[] bytes = new long[ROWS];

  /**
   * Adds a file.
   *
   * @param ageNanos of at least a microsecond
   */
  void add(long ageNanos, long size) {
    int row = row(ageNanos);
    files[row]++;
    bytes[row] += size;
  }

  /**
   * The age at and above which there are no more files and bytes than these; empty if there are
   * more even of the highest.
   */
  OptionalLong oldest(long mostFiles, long mostBytes) {
    long filesSoFar = 0;
    long bytesSoFar = 0;
    OptionalLong from = OptionalLong.empty();
    for (int row = ROWS - 1; row >= 0; row--) {
      filesSoFar += files[row];
      bytesSoFar += bytes[row];
      if (filesSoFar > mostFiles || bytesSoFar > mostBytes) {
        break;
      }
      if (files[row] > 0) {
        from = OptionalLong.of(least(row));
      }
    }
    return from;
  }

  private static int row(long ageNanos) {
    int exponent = exponent(ageNanos);
    long leading = ageNanos >>> (exponent - PRECISION);
    return exponent << PRECISION | (int) (leading & ((1 << PRECISION) - 1));
  }

  private static int exponent(long ageNanos) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(ageNanos, 1 << PRECISION));
  }

  private static long least(int row) {
    long leading = 1L << PRECISION | row & ((1 << PRECISION) - 1);
    return leading << ((row >>> PRECISION) - PRECISION);
  }
}
