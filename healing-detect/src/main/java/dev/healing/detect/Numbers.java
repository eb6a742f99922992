package dev.healing.detect;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Numbers as the kernel writes them. What is no such number is absent. */
final class Numbers {
  private static final int MOST_DIGITS = 18;

  private Numbers() {}

  /** Digits only, at most as many as surely fit. */
  static OptionalLong whole(String text) {
    if (text.isEmpty() || text.length() > MOST_DIGITS) {
      return OptionalLong.empty();
    }
    long number = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return OptionalLong.empty();
      }
      number = number * 10 + digit;
    }
    return OptionalLong.of(number);
  }

  /** The part that is gone, of a whole of which this much is left; absent if that is absurd. */
  static OptionalDouble usedFraction(OptionalLong total, OptionalLong left) {
    if (total.isEmpty() || left.isEmpty()) {
      return OptionalDouble.empty();
    }
    long all = total.getAsLong();
    long rest = left.getAsLong();
    if (all <= 0 || rest < 0 || rest > all) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of((double) (all - rest) / all);
  }

  /** The larger one; the other one if one is absent. */
  static OptionalDouble larger(OptionalDouble one, OptionalDouble other) {
    if (one.isEmpty() || (other.isPresent() && other.getAsDouble() > one.getAsDouble())) {
      return other;
    }
    return one;
  }
}
