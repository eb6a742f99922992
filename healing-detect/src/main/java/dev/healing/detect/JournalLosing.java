package dev.healing.detect;

import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The journal lost messages: who looks for something later may not find it. Key: {@code messages}
 * (1000), of one unit or of the kernel, in an hour.
 */
public final class JournalLosing implements Detector {
  private final Level level;

  private JournalLosing(Level level) {
    this.level = level;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "journal_losing";
    }

    @Override
    public Detector create(HostContext context) {
      int messages = context.configuration().count("messages", 1000, 1, 1_000_000_000);
      return new JournalLosing(
          new Level(
              Level.Limits.above(messages, Double.POSITIVE_INFINITY, messages, new NofM(1, 1))));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.JOURNAL_LOSING);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judgeEach(state, JournalSampler.LOST, (lost, standing) -> issue(lost));
  }

  private static Issue issue(Sample lost) {
    String whose = lost.metric().component();
    long count = Math.round(lost.value());
    String text =
        whose.equals("kernel")
            ? "the journal came too late for " + count + " messages of the kernel in the last hour"
            : "the journal suppressed "
                + count
                + " messages of "
                + whose
                + " in the last hour, which writes more than it takes (LogRateLimitBurst=)";
    return Issue.of(
        lost.at(),
        IssueType.JOURNAL_LOSING,
        Severity.LOW,
        text,
        Map.of(lost.metric().toString(), lost.value()),
        List.of(whose));
  }
}
