package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Set;

/**
 * The health score is low, whatever the reason. Keys: {@code low} (50) and {@code clear} (60) as
 * points from 0 to 100, and {@code for} (3 of 5).
 */
public final class SystemSlow implements Detector {
  static final String COMPONENT = "host";
  private static final int LOW = 50;
  private static final int GAP = 10;

  private final Level level;
  private final int low;

  private SystemSlow(Level level, int low) {
    this.level = level;
    this.low = low;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "system_slow";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      int low = section.count("low", LOW, 1, 99);
      int clear = section.count("clear", Math.min(99, low + GAP), 0, 100);
      if (clear < low) {
        section.contradiction("clear", "at least 'low', which is " + low);
      }
      NofM of = section.nOfM("for", new NofM(3, 5));
      return new SystemSlow(new Level(Level.Limits.below(low, clear, of)), low);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.SYSTEM_SLOW);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judge(state, COMPONENT, Metric.HEALTH, standing -> issue(state));
  }

  private Issue issue(HostState state) {
    Evidence evidence =
        Evidence.of(state, Metric.HEALTH, Metric.MEMORY_USED, Metric.SWAP_USED, Metric.CPU_BUSY);
    String text =
        "health is "
            + Math.round(evidence.value(Metric.HEALTH))
            + " of 100 (low is below "
            + low
            + ")";
    return Issue.of(
        state.at(),
        IssueType.SYSTEM_SLOW,
        Severity.MEDIUM,
        text,
        evidence.metrics(),
        List.of(COMPONENT));
  }
}
