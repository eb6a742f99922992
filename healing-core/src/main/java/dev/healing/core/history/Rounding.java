package dev.healing.core.history;

/**
 * Values as whole numbers: the sign, the exponent and the first {@value #BITS} bits of the fraction
 * of a double. So neighbouring values have neighbouring numbers whatever their size, and what is
 * read back is within {@link #PRECISION} of what was written; 0, and whole numbers up to 32768,
 * exactly.
 */
final class Rounding {
  /** Half of the last bit that is kept, relative to the value, which must be a normal double. */
  static final double PRECISION = 1.0 / (1 << 15);

  private static final int BITS = 14;
  private static final int DROPPED = 52 - BITS;
  private static final long HALF = 1L << (DROPPED - 1);
  private static final int LARGEST =
      (int) (Double.doubleToRawLongBits(Double.MAX_VALUE) >>> DROPPED);

  private Rounding() {}

  /** Rounded to the nearest; what is finite stays so. */
  static int code(double finite) {
    long magnitude = Double.doubleToRawLongBits(Math.abs(finite));
    int code = (int) Math.min(LARGEST, (magnitude + HALF) >>> DROPPED);
    return finite < 0 ? -code : code;
  }

  /** The value that the number stands for. */
  static double value(int code) {
    double magnitude = Double.longBitsToDouble((long) Math.abs(code) << DROPPED);
    return code < 0 ? -magnitude : magnitude;
  }

  /** Whether a finite value has this number. */
  static boolean valid(long code) {
    return -LARGEST <= code && code <= LARGEST;
  }
}
