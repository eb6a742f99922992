package dev.healing.spi;

import dev.healing.api.Event;

/**
 * Is told what happens. Called on workers, one event at a time and in order. It may be slow: that
 * delays other listeners and nothing else, and when 10,000 events wait the oldest is dropped.
 */
@FunctionalInterface
public interface Listener {
  /** Something happened. */
  void on(Event event);
}
