package dev.healing.learning;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Of how many attempts that were started in each quarter of a day (UTC, the first from 0 to 6) how
 * many healed; of more than {@link Course#MOST} about that many of the newest. In eight bytes,
 * since there is one for each action on each problem. Immutable.
 */
final class Hours {
  private static final int PARTS = 4;
  private static final long DAY_SECONDS = 86_400;
  static final Hours NONE = new Hours(new byte[2 * PARTS]);

  /** Healed and tried, of each. */
  private final byte[] counts;

  private Hours(byte[] counts) {
    this.counts = counts;
  }

  /** Reads what {@link #counts} gives. */
  static Hours of(List<Integer> all) {
    Counts.requireSize("context.hours", all, 2 * PARTS);
    byte[] counts = new byte[2 * PARTS];
    for (int i = 0; i < counts.length; i += 2) {
      int tried = all.get(i + 1);
      Counts.require("context.hours", tried, 0, Course.MOST);
      Counts.require("context.hours", all.get(i), 0, tried);
      counts[i] = all.get(i).byteValue();
      counts[i + 1] = (byte) tried;
    }
    return new Hours(counts);
  }

  /** Healed and tried, in turns. */
  List<Integer> counts() {
    List<Integer> all = new ArrayList<>();
    for (byte count : counts) {
      all.add((int) count);
    }
    return all;
  }

  /** With an attempt more. */
  Hours with(Instant started, boolean healed) {
    byte[] more = counts.clone();
    long second = Math.floorMod(started.getEpochSecond(), DAY_SECONDS);
    int part = 2 * (int) (second * PARTS / DAY_SECONDS);
    if (more[part + 1] == Course.MOST) {
      more[part] /= 2;
      more[part + 1] /= 2;
    }
    more[part] += (byte) (healed ? 1 : 0);
    more[part + 1]++;
    return new Hours(more);
  }
}
