package dev.healing.core;

import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.Optional;

/**
 * The off switch: a file named {@code pause} in the state directory. While it is there, no action
 * is started. Its content, if any, is the instant at which it ends by itself (ISO-8601) and a
 * reason; a file whose content cannot be read, or is nonsense, means paused.
 */
public final class OffSwitch {
  /** Name of the file. */
  public static final String FILE = "pause";

  public OffSwitch(StateStore store, TimeSource time) {}

  /** Why and until when nothing is done; empty if it is not paused. */
  public Optional<String> paused() {
    throw new UnsupportedOperationException();
  }

  /** Stops every later action, for this long or until resumed. */
  public void pause(Optional<Duration> howLong) {}

  public void resume() {}
}
