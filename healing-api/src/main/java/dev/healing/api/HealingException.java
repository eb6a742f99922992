package dev.healing.api;

/**
 * The root of the errors of this system. The message says who, which value, what was expected and
 * what to do now.
 */
public class HealingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public HealingException(String message) {
    super(message);
  }

  /** With a message for a person and what it came from. */
  public HealingException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Of what is asked so often and thrown so deep that where that was would cost more than it. */
  HealingException(String message, boolean whereThrown) {
    super(message, null, true, whereThrown);
  }
}
