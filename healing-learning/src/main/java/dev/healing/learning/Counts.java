package dev.healing.learning;

import java.util.Collection;

/** The rules for numbers that are read back from a file. */
final class Counts {
  private Counts() {}

  static void require(String name, long count) {
    if (count < 0 || count > Tally.MOST) {
      throw new IllegalArgumentException(
          name + " is " + count + ": expected a count from 0 to " + Tally.MOST);
    }
  }

  static void require(String name, double number, double least, double most) {
    if (!(number >= least && number <= most)) {
      throw new IllegalArgumentException(
          name + " is " + number + ": expected " + least + " to " + most);
    }
  }

  static void requireSize(String name, Collection<?> list, int least, int most) {
    if (list.size() < least || list.size() > most) {
      throw new IllegalArgumentException(
          name + " has " + list.size() + " entries: expected " + least + " to " + most);
    }
  }

  static void requireSize(String name, Collection<?> list, int size) {
    requireSize(name, list, size, size);
  }

  /** To nine digits after the point: more would only make the file larger. */
  static double rounded(double number) {
    return Math.rint(number * 1e9) / 1e9;
  }
}
