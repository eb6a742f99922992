package dev.healing.learning;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evidence that was not seen here: how much there is of it, and where it came from.
 *
 * @param attempts how many attempts
 * @param healed how many of them healed; a part where several actions healed together
 * @param from where it came from; absent if there is none
 */
record Imported(long attempts, double healed, @Nullable String from) implements Stored {
  static final Imported NONE = new Imported(0, 0, null);

  /** What was seen on another host or by another program counts a quarter, */
  private static final double COUNTS = 0.25;

  /** and all of it together never more than a few attempts here. */
  private static final double MOST_COUNTED = 4;

  /** Characters of the names of where it came from, but for {@link #OTHERS}. */
  private static final int MOST_FROM = 200;

  private static final String OTHERS = " and others";

  Imported {
    Counts.require("imported.attempts", attempts);
    Counts.require("imported.healed", healed, 0, attempts);
    if (attempts > 0 && from == null) {
      throw new IllegalArgumentException("imported attempts: expected where they come from");
    }
  }

  static Imported read(Members from) {
    return new Imported(
        from.whole("attempts"), from.number("healed"), from.ifAny("from", Kind.TEXT));
  }

  @Override
  public void write(Writing object) {
    object.with("attempts", attempts).with("healed", healed).with("from", from);
  }

  /** Both; of more than can be counted, as many. */
  Imported plus(Imported more) {
    long all = Math.min(Tally.MOST, attempts + more.attempts);
    return new Imported(all, Math.min(all, healed + more.healed), both(from, more.from));
  }

  /** Names of both, as far as there is room. */
  private static @Nullable String both(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    boolean known = List.of(one.split(", ", -1)).contains(other) || one.endsWith(OTHERS);
    return known
        ? one
        : one.length() + other.length() > MOST_FROM ? one + OTHERS : one + ", " + other;
  }

  /** How many attempts here it counts as. */
  double counted() {
    return Math.min(MOST_COUNTED, COUNTS * attempts);
  }

  /** How many of those count as healed. */
  double countedHealed() {
    return attempts == 0 ? 0 : counted() * healed / attempts;
  }
}
