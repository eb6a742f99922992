package dev.healing.core.history;

/** What was read is not what was written. Always caught in this package, and told by name. */
final class Damaged extends Exception {
  private static final long serialVersionUID = 1L;

  Damaged(String why) {
    super(why);
  }
}
