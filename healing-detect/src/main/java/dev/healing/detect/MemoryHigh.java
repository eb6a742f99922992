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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

  private static final Duration LATELY = Duration.ofMinutes(10);

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
    boolean critical = standing == Level.Standing.CRITICAL;
    return Issue.of(
            state.at(),
            IssueType.MEMORY_HIGH,
            critical ? Severity.CRITICAL : Severity.HIGH,
            text.toString(),
            evidence.metrics(),
            List.of(COMPONENT))
        .explaining(symptoms(state, critical));
  }

  /** A slow host that swaps; and, while there is hardly any memory, whom the kernel has killed. */
  private static List<String> symptoms(HostState state, boolean critical) {
    List<String> symptoms = new ArrayList<>(List.of(SystemSlow.COMPONENT, SwapStorm.COMPONENT));
    if (critical) {
      Instant lately = state.at().minus(LATELY);
      state.units().values().stream()
          .filter(unit -> unit.failed() && unit.result().equals("oom-kill"))
          .filter(unit -> unit.changedAt().filter(at -> at.isAfter(lately)).isPresent())
          .forEach(unit -> symptoms.add(unit.name()));
    }
    return symptoms;
  }
}
