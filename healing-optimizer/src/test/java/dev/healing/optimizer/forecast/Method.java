package dev.healing.optimizer.forecast;

/** A way to predict, fed a value a minute. */
interface Method {
  /** What is missing is not added. */
  void add(long minute, double value);

  /** Asked now. */
  Answer ask(long minute);

  /**
   * Minutes from now until it is full.
   *
   * @param soon whether it says that this is within the horizon
   * @param minutes infinite where it names none
   */
  record Answer(boolean soon, double lower, double minutes, double upper) {
    static final Answer NONE = of(Double.POSITIVE_INFINITY);

    static Answer of(double minutes) {
      return new Answer(minutes <= Score.HORIZON, minutes, minutes, minutes);
    }
  }
}
