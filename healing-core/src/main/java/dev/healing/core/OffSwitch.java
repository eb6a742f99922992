package dev.healing.core;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The off switch: a file named {@code pause} in the state directory. While it is there, no action
 * is started. Its content may be the instant at which the pause ends by itself (ISO-8601); an empty
 * file, a file whose content is anything else, and a file that cannot be read all mean paused until
 * resumed. A second line may tell a boot id and how long after that boot the pause ends: within
 * that boot this counts, whatever the wall clock is set to. Safe for several threads and processes.
 */
public final class OffSwitch {
  /** Name of the file. */
  public static final String FILE = "pause";

  private static final Pattern TIMED =
      Pattern.compile("(?<wall>\\S+)(\n(?<boot>\\S+) (?<sinceBoot>PT\\S+))?");

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
    Matcher timed = TIMED.matcher(content);
    if (timed.matches()) {
      try {
        return until(
            Instant.parse(timed.group("wall")),
            time.bootId().equals(timed.group("boot"))
                ? Optional.of(Duration.parse(timed.group("sinceBoot")))
                : Optional.empty());
      } catch (DateTimeParseException e) {
        // Then somebody wrote it who meant something else.
      }
    }
    return Optional.of("paused until resumed");
  }

  private Optional<String> until(Instant wall, Optional<Duration> sinceThisBoot) {
    boolean byWall = time.now().isBefore(wall);
    boolean paused = sinceThisBoot.map(end -> sinceBoot().compareTo(end) < 0).orElse(byWall);
    String clock = byWall ? "" : " by the clock as it was then";
    return paused ? Optional.of("paused until " + wall + clock) : Optional.empty();
  }

  /**
   * Stops every later action, for this long, or until resumed.
   *
   * @throws HostException if that could not be written; where the disk is full only for how long
   */
  public void pause(Optional<Duration> howLong) {
    try {
      store.writePlain(FILE, howLong.map(length -> end(length) + "\n").orElse(""));
    } catch (HostException e) {
      if (howLong.isEmpty()) {
        throw e;
      }
      store.writePlain(FILE, ""); // that takes no room
      throw new HostException(
          "paused until resumed, for the time could not be written: " + e.getMessage(), e);
    }
  }

  private String end(Duration howLong) {
    Instant until = time.now().plus(howLong).plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
    return until + "\n" + time.bootId() + " " + sinceBoot().plus(howLong);
  }

  private Duration sinceBoot() {
    return Duration.ofNanos(time.monotonicNanos());
  }

  /** Lets actions start again. */
  public void resume() {
    store.delete(FILE);
  }
}
