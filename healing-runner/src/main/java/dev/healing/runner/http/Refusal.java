package dev.healing.runner.http;

/** A request that is not answered, and why. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** With a status of HTTP, and a reason that says what was expected. */
  Refusal(int status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  Response response() {
    return Response.error(status, String.valueOf(getMessage()));
  }
}
