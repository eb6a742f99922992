package dev.healing.learning;

import org.jspecify.annotations.Nullable;

/**
 * The times between the same and the same again, as what their mean and spread need. The newest
 * hundred or so count.
 */
final class Gaps {
  /** With so many, all count half from then on. Even, so that there is never half a gap. */
  private static final int MOST = 64;

  /** So few are enough to judge whether a longer one is of another story. */
  private static final int SOME = 5;

  /** A pause of so many usual ones ends the story: what comes then is another. */
  private static final double ANOTHER_STORY = 10;

  /** Longer than any that is told apart from a clock that was wrong: ten years, in seconds. */
  private static final double LONGEST = 3.2e8;

  /**
   * What is kept.
   *
   * @param count how many count
   * @param seconds their sum
   * @param squares the sum of their squares
   */
  record Kept(int count, double seconds, double squares) implements Stored {
    Kept {
      Counts.require("gaps.count", count, 1, MOST);
      Counts.require("gaps.seconds", seconds, 0, MOST * LONGEST);
      Counts.require("gaps.squares", squares, 0, MOST * LONGEST * LONGEST);
    }

    static Kept read(Members from) {
      return new Kept(from.small("count"), from.number("seconds"), from.number("squares"));
    }

    @Override
    public void write(Writing object) {
      object.with("count", count).with("seconds", seconds).with("squares", squares);
    }
  }

  private int count;
  private double sum;
  private double squares;

  void count(double seconds) {
    if (count >= SOME && seconds > ANOTHER_STORY * mean()) {
      count = 0;
      sum = 0;
      squares = 0;
      return;
    }
    double gap = Math.min(seconds, LONGEST);
    count++;
    sum += gap;
    squares += gap * gap;
    if (count == MOST) {
      count /= 2;
      sum /= 2;
      squares /= 2;
    }
  }

  /** How many count; at least as many were seen. */
  int count() {
    return count;
  }

  double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /** Standard deviation. */
  double spread() {
    double mean = mean();
    return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean * mean));
  }

  /** Coefficient of variation: 0 like a clock, 1 by chance. */
  double variation() {
    return sum <= 0 ? 1 : spread() / mean();
  }

  /** Null if there are none. */
  @Nullable Kept file() {
    return count == 0 ? null : new Kept(count, Counts.rounded(sum), Counts.rounded(squares));
  }

  /** Of what {@link #file} gave. */
  static Gaps of(@Nullable Kept kept) {
    Gaps gaps = new Gaps();
    if (kept != null) {
      gaps.count = kept.count();
      gaps.sum = kept.seconds();
      gaps.squares = kept.squares();
    }
    return gaps;
  }
}
