package dev.healing.runner;

import dev.healing.api.HealingException;

/** Needs privileges that this user has not: exit code 3. */
final class NotAllowedException extends HealingException {
  private static final long serialVersionUID = 1L;

  NotAllowedException(String message) {
    super(message);
  }
}
