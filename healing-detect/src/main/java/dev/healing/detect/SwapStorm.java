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
 * The host is busy with moving memory to swap and back, and what runs waits for it. Traffic alone
 * is no problem: what is never used belongs into swap. Keys: {@code pages-per-second} (2000) and
 * {@code for} (5 of 10); {@code stalled} (10%), the pressure on memory; where the kernel does not
 * tell pressure, {@code used} (90%), memory in use. Over below half the traffic, or when nothing
 * waits any more.
 */
public final class SwapStorm implements Detector {
  static final String COMPONENT = "swap";
  private static final Metric STALLED = Metric.of(Metric.PRESSURE_SOME, "memory");

  private final Level level;
  private final double stalled;
  private final double used;
  private boolean reported;

  private SwapStorm(Level level, double stalled, double used) {
    this.level = level;
    this.stalled = stalled;
    this.used = used;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "swap_storm";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      int high = section.count("pages-per-second", 2000, 1, 100_000_000);
      NofM of = section.nOfM("for", new NofM(5, 10));
      return new SwapStorm(
          new Level(Level.Limits.above(high, Double.POSITIVE_INFINITY, high / 2.0, of)),
          section.fraction("stalled", 0.10),
          section.fraction("used", 0.90));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.SWAP_STORM);
  }

  @Override
  public Detection detect(HostState state) {
    Level.Standing standing = level.update(state, COMPONENT, KernelSampler.SWAP_TRAFFIC);
    if (standing == Level.Standing.UNKNOWN) {
      return new Detection(
          List.of(), List.of(Evidence.why(state, COMPONENT, KernelSampler.SWAP_TRAFFIC, level)));
    }
    reported = standing.bad() && hurts(state);
    return reported ? Detection.of(List.of(issue(state))) : Detection.NOTHING;
  }

  /** Half of it is enough to go on. */
  private boolean hurts(HostState state) {
    double enough = reported ? stalled / 2 : stalled;
    return state.value(STALLED).isPresent()
        ? state.value(STALLED).getAsDouble() >= enough
        : state.value(Metric.MEMORY_USED).orElse(0) >= used;
  }

  private static Issue issue(HostState state) {
    Evidence evidence =
        Evidence.of(
            state, KernelSampler.SWAP_TRAFFIC, STALLED, Metric.SWAP_USED, Metric.MEMORY_AVAILABLE);
    String text =
        Math.round(evidence.value(KernelSampler.SWAP_TRAFFIC))
            + " pages a second go to swap and back"
            + (evidence.has(STALLED)
                ? "; something waited for memory "
                    + Texts.percent(evidence.value(STALLED))
                    + " of the time"
                : "");
    return Issue.of(
        state.at(),
        IssueType.SWAP_STORM,
        Severity.MEDIUM,
        text,
        evidence.metrics(),
        List.of(COMPONENT));
  }
}
