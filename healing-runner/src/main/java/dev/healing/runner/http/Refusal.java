package dev.healing.runner.http;

/** A request that is not answered, and why. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String allowed;

  /** With a status of HTTP, and a reason that says what was expected. */
  Refusal(int status, String why) {
    this(status, "", why);
  }

  private Refusal(int status, String allowed, String why) {
    super(why, null, false, false);
    this.status = status;
    this.allowed = allowed;
  }

  /** The path is there, and is asked in another way: by these methods, with commas between. */
  static Refusal method(String allowed) {
    return new Refusal(405, allowed, "expected " + allowed);
  }

  Response response() {
    Response response = Response.error(status, String.valueOf(getMessage()));
    return allowed.isEmpty() ? response : response.with("Allow", allowed);
  }
}
