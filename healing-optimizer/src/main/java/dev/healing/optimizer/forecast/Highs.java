package dev.healing.optimizer.forecast;

import java.util.Arrays;

/**
 * The highest value of every ten minutes of the last eight days, in units of the limit: only what
 * is high can reach it, and what swings faster than that is gone.
 */
final class Highs {
  static final int SECONDS = 600;
  static final int HOUR = 3600 / SECONDS;
  static final int DAY = 24 * HOUR;
  static final int KEPT = 8 * DAY;

  /** Where nothing was measured for longer, nothing is known of the time between. */
  private static final int BRIDGED = 12 * HOUR;

  private final float[] highest = new float[KEPT];
  private long oldest;
  private long newest;
  private long latest;
  private boolean empty = true;
  private long changes;

  /** In the order of time. */
  void add(long second, double value) {
    long bucket = Math.floorDiv(second, SECONDS);
    if (empty) {
      empty = false;
      oldest = bucket;
      newest = bucket;
      highest[slot(bucket)] = (float) value;
      changes++;
    } else if (bucket > newest) {
      advance(bucket, (float) value);
    }
    latest = second;
    int slot = slot(newest);
    if (!((float) value <= highest[slot])) {
      highest[slot] = Math.max(highest[slot], (float) value);
      changes++;
    }
  }

  private void advance(long bucket, float value) {
    long steps = bucket - newest;
    if (steps >= KEPT) {
      Arrays.fill(highest, Float.NaN);
      oldest = bucket;
    } else {
      float before = highest[slot(newest)];
      for (long i = 1; i < steps; i++) {
        highest[slot(newest + i)] =
            steps <= BRIDGED ? before + (value - before) * i / steps : Float.NaN;
      }
    }
    newest = bucket;
    oldest = Math.max(oldest, newest - KEPT + 1);
    highest[slot(newest)] = value;
    changes++;
  }

  /** As if all had always been so much higher, or lower. */
  void shift(double by) {
    for (int i = 0; i < KEPT; i++) {
      highest[i] += (float) by; // what is not known stays so
    }
    changes++;
  }

  private static int slot(long bucket) {
    return (int) Math.floorMod(bucket, (long) KEPT);
  }

  /** Oldest first, up to the newest of which at least half was seen; NaN where nothing is known. */
  float[] values() {
    if (empty) {
      return new float[0];
    }
    float[] values = new float[(int) (newest - oldest + (last() ? 1 : 0))];
    int slot = slot(oldest);
    for (int i = 0; i < values.length; i++) {
      values[i] = highest[slot];
      slot = slot + 1 == KEPT ? 0 : slot + 1;
    }
    return values;
  }

  private boolean last() {
    boolean half = latest - newest * SECONDS >= SECONDS / 2;
    return half || newest == oldest || Float.isNaN(highest[slot(newest - 1)]);
  }

  /** The same as long as {@link #values} are. */
  long version() {
    return 2 * changes + (!empty && last() ? 1 : 0);
  }
}
