package dev.healing.detect;

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
 * Too little memory is available, and it does not get more by itself. Configured by {@link
 * LevelKeys}.
 */
public final class MemoryHigh implements Detector {
  private static final String COMPONENT = "memory";
  private static final LevelKeys DEFAULTS = new LevelKeys(0.90, 0.95, 0.85, new NofM(3, 5));

  /** Within a window, which is seconds: then it is clear in no time. */
  private static final double FALL = 0.01;

  private final Level level;
  private final double clear;

  private MemoryHigh(LevelKeys keys) {
    this.level =
        new Level(Level.Limits.above(keys.high(), keys.critical(), keys.clear(), keys.of()), FALL);
    this.clear = keys.clear();
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "memory_high";
    }

    @Override
    public Detector create(HostContext context) {
      return new MemoryHigh(LevelKeys.of(context.configuration(), DEFAULTS));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.MEMORY_HIGH);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judge(state, COMPONENT, Metric.MEMORY_USED, standing -> issue(state, standing));
  }

  private Issue issue(HostState state, Level.Standing standing) {
    Evidence evidence =
        Evidence.of(state, Metric.MEMORY_USED, Metric.MEMORY_AVAILABLE, Metric.SWAP_USED)
            .clearing(COMPONENT, clear);
    StringBuilder text = new StringBuilder();
    text.append(Texts.percent(evidence.value(Metric.MEMORY_USED))).append(" of memory is in use");
    if (evidence.has(Metric.MEMORY_AVAILABLE)) {
      text.append("; ").append(Texts.bytes(evidence.value(Metric.MEMORY_AVAILABLE)));
      text.append(" available");
    }
    return Issue.of(
        state.at(),
        IssueType.MEMORY_HIGH,
        standing == Level.Standing.CRITICAL ? Severity.CRITICAL : Severity.HIGH,
        text.toString(),
        evidence.metrics(),
        List.of(COMPONENT));
  }
}
