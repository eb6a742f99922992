package dev.healing.learning;

/** The one rule for numbers that are read back from a file. */
final class Counts {
  private Counts() {}

  static void require(String name, long count) {
    if (count < 0 || count > Tally.MOST) {
      throw new IllegalArgumentException(
          name + " is " + count + ": expected a count from 0 to " + Tally.MOST);
    }
  }
}
