package dev.healing.runner.series;

import dev.healing.api.HealingException;

/** A series that cannot be read: file, line, what is there, what was expected. */
public final class SeriesException extends HealingException {
  private static final long serialVersionUID = 1L;

  SeriesException(String message) {
    super(message);
  }

  SeriesException(String message, Throwable cause) {
    super(message, cause);
  }
}
