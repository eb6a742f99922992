package dev.healing.runner.notify;

/** A message was not handed over; the message says why, without anything secret. */
final class NotSent extends Exception {
  private static final long serialVersionUID = 1L;

  NotSent(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
