package dev.healing.core.guard;

import dev.healing.api.Autonomy;
import dev.healing.api.Configuration;
import dev.healing.core.history.HistoryWriter;
import dev.healing.core.journal.Starts;
import dev.healing.spi.Protection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The engine's own part of the configuration; the rest belongs to the plugins.
 *
 * @param autonomy the ceiling for every action
 * @param interval between looks when nothing wakes the loop
 * @param pluginDeadline how long a sampler or detector may take
 * @param limits what is never exceeded
 * @param protection what is never touched
 * @param pluginDirectory where jars of plugins are, if anywhere
 * @param historyBytes the room for the metric history on disk; empty if none is kept
 */
public record Settings(
    Autonomy autonomy,
    Duration interval,
    Duration pluginDeadline,
    Limits limits,
    Protection protection,
    Optional<Path> pluginDirectory,
    OptionalLong historyBytes) {
  /**
   * The limits that hold across restarts, crashes and clock jumps.
   *
   * @param healsPerHour actions started in any hour; empty for no limit
   * @param rollbacksPerDay rollbacks started in any 24 hours
   * @param cooldown between two starts of one action on one target
   * @param healthFloor below this health nothing is done without a person
   * @param attempts of one action at one problem within {@code attemptsWindow}; then a person
   * @param attemptsWindow the window of {@code attempts}
   * @param storm so many unrelated incidents within an hour are a case for a person
   * @param patience how long at most what is not serious is left alone to pass by itself
   */
  public record Limits(
      OptionalInt healsPerHour,
      int rollbacksPerDay,
      Duration cooldown,
      int healthFloor,
      int attempts,
      Duration attemptsWindow,
      int storm,
      Duration patience) {}

  /** How long a plugin may take where somebody waits for it, and no look does. */
  public Duration patience() {
    return pluginDeadline.multipliedBy(5);
  }

  /** What is learned of recoveries goes no further. */
  private static final Duration MOST_PATIENCE = Duration.ofMinutes(20);

  private static final Duration USUAL_DEADLINE = Duration.ofSeconds(2);
  private static final Duration SHORTEST_DEADLINE = Duration.ofMillis(100);
  private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(1);

  private static final Path NO_DIRECTORY = Path.of("");

  /** Reads them; what is wrong is among the problems of the configuration. */
  public static Settings read(Configuration configuration) {
    Configuration limits = configuration.section("limits");
    Configuration protect = configuration.section("protect");
    Configuration plugins = configuration.section("plugins");
    Duration interval = configuration.duration("interval", Duration.ofSeconds(1));
    if (interval.compareTo(Duration.ofMillis(100)) < 0
        || interval.compareTo(Duration.ofHours(1)) > 0) {
      configuration.contradiction("interval", "between 100ms and 1h");
    }
    Limits read =
        new Limits(
            limits.countOrOff("heals-per-hour", 10, 0, Starts.MOST),
            limits.count("rollbacks-per-day", 3, 0, 1_000),
            limits.duration("cooldown", Duration.ofMinutes(5)),
            limits.count("health-floor", 30, 0, 100),
            limits.count("attempts", 3, 1, 1_000_000),
            limits.duration("attempts-window", Duration.ofHours(1)),
            limits.count("storm", 8, 2, 100_000_000),
            limits.duration("patience", Duration.ofSeconds(30)));
    if (read.cooldown().compareTo(Starts.REMEMBERED) > 0) {
      limits.contradiction("cooldown", "at most " + Starts.REMEMBERED.toHours() + "h");
    }
    if (read.attemptsWindow().compareTo(Starts.REMEMBERED) > 0) {
      limits.contradiction("attempts-window", "at most " + Starts.REMEMBERED.toHours() + "h");
    }
    if (read.patience().compareTo(MOST_PATIENCE) > 0) {
      limits.contradiction("patience", "at most " + MOST_PATIENCE.toMinutes() + "m");
    }
    return new Settings(
        configuration.choice("autonomy", Autonomy.AUTO),
        interval,
        deadline(plugins),
        read,
        new Protection(protect.globs("units", List.of()), protect.globs("processes", List.of())),
        Optional.of(plugins.path("directory", NO_DIRECTORY)).filter(d -> !d.equals(NO_DIRECTORY)),
        historyBytes(configuration.section("history")));
  }

  /** Less and nothing could be loaded; more and one plugin that hangs holds up all looks. */
  private static Duration deadline(Configuration plugins) {
    Duration deadline = plugins.duration("deadline", USUAL_DEADLINE);
    if (deadline.compareTo(SHORTEST_DEADLINE) < 0 || deadline.compareTo(LONGEST_DEADLINE) > 0) {
      plugins.contradiction("deadline", "between 100ms and 1m");
      return USUAL_DEADLINE; // so that what else is wrong is told
    }
    return deadline;
  }

  private static OptionalLong historyBytes(Configuration history) {
    long most = history.bytes("max-size", HistoryWriter.MOST_BYTES);
    if (most < 1L << 20 || most > 1L << 40) {
      history.contradiction("max-size", "1MiB to 1TiB, or history: off");
    }
    return history.enabled() ? OptionalLong.of(most) : OptionalLong.empty();
  }
}
