package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * systemd starts a service again and again ({@code Restart=}), which therefore never is in state
 * failed, and never stays up. Counted from the second time that is seen. Over when it was left
 * alone for half the window. MEDIUM, and HIGH from four times as often on: then it is as good as
 * down, and for a person. Keys: {@code restarts} (5) within {@code window} (10m), and {@code
 * ignore}, names of units with {@code *} and {@code ?}: for those that are meant to run anew each
 * time.
 */
public final class ServiceFlapping implements Detector {
  private static final int DOWN = 4;

  private final int restarts;
  private final Duration window;
  private final Globs ignored;
  private Set<String> flapping = Set.of();

  private ServiceFlapping(int restarts, Duration window, Globs ignored) {
    this.restarts = restarts;
    this.window = window;
    this.ignored = ignored;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "service_flapping";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new ServiceFlapping(
          section.count("restarts", 5, 2, 500),
          Windows.of(section, Duration.ofMinutes(10)),
          Globs.of(section.globs("ignore", List.of()).stream().map(UnitState::fullName).toList()));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.SERVICE_FLAPPING);
  }

  @Override
  public Detection detect(HostState state) {
    for (String source : List.of(HostSampler.SYSTEMD, ServiceRestarts.RESTARTS)) {
      if (state.unreadable(source)) {
        List<Unreadable> unknown = new ArrayList<>();
        flapping.forEach(unit -> unknown.add(Evidence.why(state, unit, source)));
        return new Detection(List.of(), unknown);
      }
    }
    List<Issue> issues = new ArrayList<>();
    Set<String> now = new TreeSet<>();
    for (String unit : state.components(ServiceRestarts.RESTARTS)) {
      Metric metric = Metric.of(ServiceRestarts.RESTARTS, unit);
      long lately = Counters.grown(state, metric, window);
      boolean goesOn = Counters.grown(state, metric, window.dividedBy(2)) > 0;
      if (goesOn
          && !stopped(state, unit)
          && (lately >= restarts || flapping.contains(unit))
          && !ignored.test(unit)) {
        now.add(unit);
        issues.add(issue(state, unit, metric, lately));
      }
    }
    flapping = now;
    return Detection.of(issues);
  }

  /** By a person, or since it has done its work: systemd starts it no more. */
  private static boolean stopped(HostState state, String unit) {
    UnitState now = state.units().get(unit);
    return now != null && !now.atWork() && !now.failed();
  }

  private Issue issue(HostState state, String unit, Metric metric, long lately) {
    double all = state.value(metric).orElse(lately);
    String text =
        String.format(
            "systemd started %s again %d times in the last %s, %.0f times since somebody started"
                + " it: it does not stay up (journalctl -u %s tells why)",
            unit, lately, Texts.duration(window), all, unit);
    return Issue.of(
        state.at(),
        IssueType.SERVICE_FLAPPING,
        lately >= (long) restarts * DOWN ? Severity.HIGH : Severity.MEDIUM,
        text,
        Map.of(metric.toString(), all, "restarts.lately.count", (double) lately),
        List.of(unit));
  }
}
