package dev.healing.spi;

import dev.healing.api.Event;

/**
 * Is told what happens. Called on workers, one event at a time and in order. It may be slow: that
 * delays nobody else. When 10,000 events wait for it the oldest is dropped; that, what it throws,
 * and a call of more than a minute are told as an issue that names it.
 */
@FunctionalInterface
public interface Listener {
  /** Something happened. */
  void on(Event event);
}
