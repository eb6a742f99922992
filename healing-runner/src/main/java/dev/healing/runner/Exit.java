package dev.healing.runner;

/** Exit codes of the command line; a contract. */
final class Exit {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NOT_ALLOWED = 3;

  /** As a shell tells of who was ended by SIGPIPE: {@code head} has read what it wanted. */
  static final int READER_GONE = 128 + 13;

  private Exit() {}
}
