package dev.healing.api;

/**
 * An action will not be done, and nothing was done: its precondition does not hold, the world has
 * changed, or the target is protected.
 */
public final class RefusedException extends HealingException {
  private static final long serialVersionUID = 1L;

  /** With the reason, for a person. */
  public RefusedException(String message) {
    super(message);
  }
}
