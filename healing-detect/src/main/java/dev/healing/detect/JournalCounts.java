package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Privilege;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What messages of the last hour in the journal say about how often something happened, which
 * nothing else counts. Asked every 10 minutes. Where there is no journald, or its journal is not
 * ours to read, nothing is told.
 */
final class JournalCounts {
  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(20);
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** As many as are worth a word. */
  private static final int MOST_NAMED = 20;

  private final HostContext context;
  private final String metric;
  private final Command command;
  private final Function<String, Map<String, Long>> counts;
  private final Background<Reading> told;
  private volatile boolean answered;

  /**
   * With nothing known yet.
   *
   * @param metric name of the counts
   * @param messages which they are, as {@code journalctl} selects them
   * @param counts makes of their texts, one a line, how often it was, by component
   */
  JournalCounts(
      HostContext context,
      String metric,
      List<String> messages,
      Function<String, Map<String, Long>> counts) {
    this.context = context;
    this.metric = metric;
    this.command =
        Command.of(
            TIME_LIMIT,
            Stream.concat(
                    Stream.of("journalctl", "--quiet", "--no-pager", "--output=cat", "--since=-1h"),
                    messages.stream())
                .toArray(String[]::new));
    this.counts = counts;
    this.told = new Background<>(context, metric, EVERY);
  }

  Reading read() {
    return told.look(this::ask).map(Background.Told::what).orElse(NOTHING);
  }

  private Reading ask() {
    // Who may not read all of it would be told that nothing happened.
    if (!context.privileges().contains(Privilege.WRITE_SYSTEM_FILES)
        || !Files.exists(context.files().path("/run/systemd/journal/socket"))) {
      return NOTHING;
    }
    try {
      Result result = context.commands().run(command);
      // A damaged file is an exit code, and what it found in others is right.
      if (result.timedOut()) {
        return unreadable("journalctl: " + result.complaint());
      }
      answered = true;
      return reading(counts.apply(result.stdout()));
    } catch (HealingException e) {
      return unreadable(String.valueOf(e.getMessage()));
    }
  }

  /** What never was, as where there is no journalctl, is not missed. */
  private Reading unreadable(String why) {
    return answered
        ? new Reading(List.of(), List.of(), List.of(new Unreadable(metric, why)))
        : NOTHING;
  }

  private Reading reading(Map<String, Long> counted) {
    Instant now = context.time().now();
    return new Reading(
        counted.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(MOST_NAMED)
            .map(one -> new Sample(Metric.of(metric, one.getKey()), one.getValue(), now))
            .toList(),
        List.of(),
        List.of());
  }
}
