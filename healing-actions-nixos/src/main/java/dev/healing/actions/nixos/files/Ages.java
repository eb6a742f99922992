package dev.healing.actions.nixos.files;

import java.util.Optional;
import java.util.stream.LongStream;

/**
 * How many files and bytes there are of which age, to about a thousandth of it, in a table of fixed
 * size: so the oldest can be told from the rest without remembering any file.
 */
final class Ages {
  private static final int PRECISION = 10;
  private static final int ROWS = Long.SIZE << PRECISION;

  /**
   * The oldest.
   *
   * @param fromNanos their age, or more
   * @param amount how many they are
   */
  record Oldest(long fromNanos, Amount amount) {}

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

  /** What was added. */
  Amount all() {
    return new Amount(LongStream.of(files).sum(), LongStream.of(bytes).sum());
  }

  /**
   * The oldest that cover what is needed, and no more; where more may not go, those that may, and
   * where there are no more, all. Empty if even those of the highest age may not all go.
   */
  Optional<Oldest> oldest(Amount needed, Amount most) {
    Amount soFar = Amount.NONE;
    Optional<Oldest> oldest = Optional.empty();
    for (int row = ROWS - 1; row >= 0; row--) {
      if (files[row] > 0) {
        soFar = soFar.plus(new Amount(files[row], bytes[row]));
        if (!most.covers(soFar)) {
          break;
        }
        oldest = Optional.of(new Oldest(least(row), soFar));
        if (soFar.covers(needed)) {
          break;
        }
      }
    }
    return oldest;
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
