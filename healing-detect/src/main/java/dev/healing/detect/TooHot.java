package dev.healing.detect;

import dev.healing.api.Configuration;
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
 * A temperature is at its sensor's own critical limit, {@code for} (3 of 5) minutes, and over at 95
 * % of that; or a processor was slowed down for its heat {@code throttled} (80%) of the time,
 * {@code throttled-for} (10 of 10) minutes, and over below half of that. No limit is of our making.
 */
public final class TooHot implements Detector {
  private static final double COOLED_DOWN = 0.95;

  private final Level critical;
  private final Level throttled;

  private TooHot(Level critical, Level throttled) {
    this.critical = critical;
    this.throttled = throttled;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "too_hot";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      double slow = section.fraction("throttled", 0.80);
      NofM slowFor = section.nOfM("throttled-for", new NofM(10, 10));
      NofM hotFor = section.nOfM("for", new NofM(3, 5));
      return new TooHot(level(1, COOLED_DOWN, hotFor), level(slow, slow / 2, slowFor));
    }

    private static Level level(double high, double clear, NofM of) {
      return new Level(Level.Limits.above(high, Double.POSITIVE_INFINITY, clear, of));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.TOO_HOT);
  }

  @Override
  public Detection detect(HostState state) {
    Detection hot =
        critical.judgeEach(
            state, HeatSampler.CRITICAL, HeatSampler.EVERY, name -> false, (at, s) -> hot(at));
    Detection slow =
        throttled.judgeEach(
            state, HeatSampler.THROTTLED, HeatSampler.EVERY, name -> false, (at, s) -> slow(at));
    return Level.together(hot, slow);
  }

  /** Not more: there are processors that are made to run at their limit, and slow down by it. */
  private static Issue hot(Sample at) {
    String sensor = at.metric().component();
    return issue(at, Severity.MEDIUM, sensor + " is at its critical temperature");
  }

  private static Issue slow(Sample at) {
    String text =
        at.metric().component()
            + " was slowed down for its heat "
            + Texts.percent(at.value())
            + " of the last minute, as in those before";
    return issue(at, Severity.LOW, text);
  }

  private static Issue issue(Sample at, Severity severity, String text) {
    return Issue.of(
        at.at(),
        IssueType.TOO_HOT,
        severity,
        text,
        Map.of(at.metric().toString(), at.value()),
        List.of(at.metric().component()));
  }
}
