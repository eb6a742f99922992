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
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How many messages the journal lost in the last hour: those that it suppressed since somebody
 * wrote too many of them, and those of the kernel that it came too late for. It says so itself, so
 * it is asked, every 10 minutes, for these two messages of its own. Where there is no journald, or
 * its journal is not ours to read, nothing is told.
 */
public final class JournalSampler implements Sampler {
  /**
   * Name of the count in the last hour; the component is the unit whose messages they were, or
   * {@code kernel}. Only of those that lost some.
   */
  static final String LOST = "journal.lost.count";

  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(20);
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** As many as are worth a word. */
  private static final int MOST_NAMED = 20;

  /** By the ids of sd-messages.h; nobody else can write with that transport. */
  private static final Command ASK =
      Command.of(
          TIME_LIMIT,
          "journalctl",
          "--quiet",
          "--no-pager",
          "--output=cat",
          "--since=-1h",
          "_TRANSPORT=driver",
          "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e",
          "MESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606");

  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^(?:Suppressed (\\d{1,10}) messages from ([\\x21-\\x7e]{1,255})"
              + "|Missed (\\d{1,15}) kernel messages)$");

  private final HostContext context;
  private final Background<Reading> told;
  private volatile boolean answered;

  private JournalSampler(HostContext context) {
    this.context = context;
    this.told = new Background<>(context, "journal", EVERY);
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "journal";
    }

    @Override
    public Sampler create(HostContext context) {
      return new JournalSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(LOST, "*"));
  }

  @Override
  public Reading read() {
    return told.look(this::ask).map(Background.Told::what).orElse(NOTHING);
  }

  private Reading ask() {
    // Who may not read all of it would be told that nothing was lost.
    if (!context.privileges().contains(Privilege.WRITE_SYSTEM_FILES)
        || !Files.exists(context.files().path("/run/systemd/journal/socket"))) {
      return NOTHING;
    }
    try {
      Result result = context.commands().run(ASK);
      // A damaged file is an exit code, and what it found in others is right.
      if (result.timedOut()) {
        return unreadable("journalctl: " + result.complaint());
      }
      answered = true;
      return reading(parse(result.stdout()));
    } catch (HealingException e) {
      return unreadable(String.valueOf(e.getMessage()));
    }
  }

  /** What never was, as where there is no journalctl, is not missed. */
  private Reading unreadable(String why) {
    return answered
        ? new Reading(List.of(), List.of(), List.of(new Unreadable(LOST, why)))
        : NOTHING;
  }

  private Reading reading(Map<String, Long> lost) {
    Instant now = context.time().now();
    return new Reading(
        lost.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(MOST_NAMED)
            .map(one -> new Sample(Metric.of(LOST, one.getKey()), one.getValue(), now))
            .toList(),
        List.of(),
        List.of());
  }

  /** Messages lost, by whose they were. */
  static Map<String, Long> parse(String output) {
    Map<String, Long> lost = new TreeMap<>();
    for (MatchResult line : LINE.matcher(output).results().toList()) {
      boolean kernel = line.group(3) != null;
      lost.merge(
          kernel ? "kernel" : line.group(2),
          Long.parseLong(kernel ? line.group(3) : line.group(1)),
          Long::sum);
    }
    return lost;
  }
}
