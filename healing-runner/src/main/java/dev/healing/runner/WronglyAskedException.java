package dev.healing.runner;

import dev.healing.api.HealingException;

/** A request that makes no sense, whatever the host is like: exit code 2. */
final class WronglyAskedException extends HealingException {
  private static final long serialVersionUID = 1L;

  WronglyAskedException(String message) {
    super(message);
  }
}
