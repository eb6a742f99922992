package dev.healing.api;

/**
 * How far an action may go by itself on a type of issue, for what it has done so far: the
 * operator's ceiling, or less. It never raises that.
 *
 * @param below how many rungs below the ceiling, at least 0
 * @param reason in words; what it lost them for, and what it takes to earn one back
 */
public record Standing(int below, String reason) {
  /** Validates. */
  public Standing {
    if (below < 0) {
      throw new IllegalArgumentException("standing " + below + ": expected at least 0");
    }
    if (reason.isBlank()) {
      throw new IllegalArgumentException("standing without a reason");
    }
  }

  /**
   * What is left of a ceiling. Never below {@link Autonomy#SUGGEST} unless the ceiling is: what may
   * not even be done on request could never earn anything back.
   */
  public Autonomy of(Autonomy ceiling) {
    int least = Math.min(ceiling.ordinal(), Autonomy.SUGGEST.ordinal());
    return Autonomy.values()[Math.max(least, ceiling.ordinal() - below)];
  }
}
