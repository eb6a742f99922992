package dev.healing.core;

import dev.healing.api.HealingException;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The off switch: a file named {@code pause} in the state directory. While it is there, no action
 * is started. Its content may be the instant at which the pause ends by itself (ISO-8601); an empty
 * file, a file whose content is anything else, and a file that cannot be read all mean paused until
 * resumed. Safe for several threads and several processes.
 */
public final class OffSwitch {
  /** Name of the file. */
  public static final String FILE = "pause";

  private final StateStore store;
  private final TimeSource time;

  /** The switch in this state directory. */
  public OffSwitch(StateStore store, TimeSource time) {
    this.store = store;
    this.time = time;
  }

  /** Why, and until when, nothing is done; empty if it is not paused. */
  public Optional<String> paused() {
    String content;
    try {
      if (!store.exists(FILE)) {
        return Optional.empty();
      }
      content = store.readPlain(FILE).orElse("").strip();
    } catch (HealingException e) {
      return Optional.of("paused: the off switch cannot be read: " + e.getMessage());
    }
    try {
      Instant until = Instant.parse(content);
      return time.now().isBefore(until) ? Optional.of("paused until " + until) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.of("paused until resumed");
    }
  }

  /** Stops every later action, for this long, or until resumed. */
  public void pause(Optional<Duration> howLong) {
    store.writePlain(
        FILE,
        howLong
                .map(
                    d ->
                        time.now()
                            .plus(d)
                            .plusMillis(999)
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString())
                .orElse("")
            + "\n");
  }

  /** Lets actions start again. */
  public void resume() {
    store.delete(FILE);
  }
}
