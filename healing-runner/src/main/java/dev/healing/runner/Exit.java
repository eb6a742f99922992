package dev.healing.runner;

/** Exit codes of the command line; a contract. */
final class Exit {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NOT_ALLOWED = 3;

  private Exit() {}
}
