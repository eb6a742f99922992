package dev.healing.optimizer.forecast;

/**
 * A series whose future is known: the used fraction, a value a minute, NaN where none was measured.
 *
 * @param full the minute at which it first is full; -1 if it never is
 */
record Trace(Kind kind, long seed, double[] values, int full) {
  private static final double NEVER_ABOVE = 0.992;

  /** One of a kind; another is drawn where noise makes another kind of it. */
  static Trace of(Kind kind, long seed) {
    for (long attempt = 0; ; attempt++) {
      Drawing drawing = new Drawing(seed * 1000 + attempt);
      kind.draw(drawing);
      double[] values = drawing.measured();
      int full = -1;
      double highest = 0;
      for (int i = 0; i < values.length && full < 0; i++) {
        full = values[i] >= 1 ? i : -1;
        highest = Double.isNaN(values[i]) ? highest : Math.max(highest, values[i]);
      }
      if (kind.fills ? full > Drawing.DAY / 2 : full < 0 && highest < NEVER_ABOVE) {
        return new Trace(kind, seed, values, full);
      }
    }
  }
}
