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
 * The processors are busy all the time. Half a minute by default: a burst is what they are for.
 * Configured by {@link LevelKeys}, without {@code critical}: busy is not dead.
 */
public final class CpuHigh implements Detector {
  private static final String COMPONENT = "cpu";
  private static final LevelKeys DEFAULTS = new LevelKeys(0.90, 1, 0.75, new NofM(25, 30));
  private static final Metric STALLED = Metric.of(Metric.PRESSURE_SOME, COMPONENT);

  private final Level level;

  private CpuHigh(Level level) {
    this.level = level;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "cpu_high";
    }

    @Override
    public Detector create(HostContext context) {
      return new CpuHigh(LevelKeys.withoutCritical(context.configuration(), DEFAULTS).level());
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.CPU_HIGH);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judge(state, COMPONENT, Metric.CPU_BUSY, standing -> issue(state));
  }

  private static Issue issue(HostState state) {
    Evidence evidence = Evidence.of(state, Metric.CPU_BUSY, Metric.LOAD, STALLED);
    return Issue.of(
            state.at(),
            IssueType.CPU_HIGH,
            Severity.HIGH,
            "the processors are " + Texts.percent(evidence.value(Metric.CPU_BUSY)) + " busy",
            evidence.metrics(),
            List.of(COMPONENT))
        .explaining(List.of(SystemSlow.COMPONENT));
  }
}
