package dev.healing.spi;

import dev.healing.api.Event;

/** Is told what happens. Called on one thread of its own, in order; may be slow. */
@FunctionalInterface
public interface Listener {
  /** Something happened. */
  void on(Event event);
}
