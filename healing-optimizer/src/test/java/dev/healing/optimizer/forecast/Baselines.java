package dev.healing.optimizer.forecast;

/** What everybody has. */
final class Baselines {
  private Baselines() {}

  /** Used above 0.90 for ten minutes. */
  static final class Threshold implements Method {
    private long since = Long.MAX_VALUE;

    @Override
    public void add(long minute, double value) {
      since = value <= 0.9 ? Long.MAX_VALUE : Math.min(since, minute);
    }

    @Override
    public Answer ask(long minute) {
      boolean soon = since <= minute - 10;
      return soon ? new Answer(true, 0, Score.HORIZON, Score.HORIZON) : Answer.NONE;
    }
  }

  /** Least squares over the last six hours. */
  static final class Straight implements Method {
    private static final int KEPT = 360;
    private final double[] values = new double[KEPT];
    private final long[] minutes = new long[KEPT];
    private long added;

    @Override
    public void add(long minute, double value) {
      int slot = (int) (added++ % KEPT);
      values[slot] = value;
      minutes[slot] = minute;
    }

    @Override
    public Answer ask(long minute) {
      double n = 0;
      double x = 0;
      double y = 0;
      double xx = 0;
      double xy = 0;
      for (int i = 0; i < Math.min(added, KEPT); i++) {
        double at = minutes[i] - minute;
        if (at > -KEPT) {
          n++;
          x += at;
          y += values[i];
          xx += at * at;
          xy += at * values[i];
        }
      }
      double slope = (n * xy - x * y) / (n * xx - x * x);
      double now = (y - slope * x) / n;
      return n > 1 && slope > 0 ? Answer.of(Math.max(0, (1 - now) / slope)) : Answer.NONE;
    }
  }
}
