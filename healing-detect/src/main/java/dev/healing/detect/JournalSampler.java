package dev.healing.detect;

import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.spi.HostContext;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How many messages the journal lost in the last hour: those that it suppressed since somebody
 * wrote too many of them, and those of the kernel that it came too late for. It says so itself, in
 * two messages of its own.
 */
public final class JournalSampler implements Sampler {
  /**
   * Name of the count in the last hour; the component is the unit whose messages they were, or
   * {@code kernel}. Only of those that lost some.
   */
  static final String LOST = "journal.lost.count";

  /** By the ids of sd-messages.h; nobody else can write with that transport. */
  private static final List<String> MESSAGES =
      List.of(
          "_TRANSPORT=driver",
          "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e",
          "MESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606");

  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^(?:Suppressed (\\d{1,10}) messages from ([\\x21-\\x7e]{1,255})"
              + "|Missed (\\d{1,15}) kernel messages)$");

  private final JournalCounts lost;

  private JournalSampler(HostContext context) {
    this.lost = new JournalCounts(context, LOST, MESSAGES, JournalSampler::parse);
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
    return lost.read();
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
