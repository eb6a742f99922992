package dev.healing.learning.anomaly;

/**
 * Decides when a surprise is worth telling: once per episode. An episode is over after {@value
 * #QUIET_ROWS} calm rows; what goes on for {@value #LONGEST_ROWS} is told again. What is all at
 * once ten times as rare as anything before it is an episode of its own, or a small alarm would
 * hide the great one after it.
 */
final class Telling {
  /** Surprise from which on it is told. */
  static final double THRESHOLD = 3.28;

  /** Surprises are logarithms: this is ten times as often, or as rare. */
  private static final double TEN_TIMES = 1;

  private static final int QUIET_ROWS = 50;
  private static final int LONGEST_ROWS = 150;

  private boolean within;
  private long begun;
  private long lively;
  private double most;

  boolean tells(long row, double surprise) {
    if (within && (row - lively > QUIET_ROWS || row - begun > LONGEST_ROWS)) {
      within = false;
    }
    boolean tells = surprise >= THRESHOLD && (!within || surprise >= most + TEN_TIMES);
    if (tells) {
      begun = row;
    }
    if (tells || surprise >= THRESHOLD - TEN_TIMES) {
      lively = row;
    }
    most = within ? Math.max(most, surprise) : surprise;
    within |= tells;
    return tells;
  }
}
