package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
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
 * A time service runs, and the clock is not synchronised for {@code after} (1h): certificates,
 * tickets, logs and what is shared with others go wrong with it.
 */
public final class ClockUnsynchronised implements Detector {
  private final Duration after;
  private final Lasting<String> wrong;

  private ClockUnsynchronised(Lasting<String> wrong, Duration after) {
    this.wrong = wrong;
    this.after = after;
  }

  /** Since when which are wrong. */
  private record Memory(Lasting<String> wrong) {}

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "clock_unsynchronised";
    }

    @Override
    public Detector create(HostContext context) {
      return new ClockUnsynchronised(
          context.memory(Memory.class, () -> new Memory(new Lasting<>(context.time()))).wrong(),
          context.configuration().duration("after", Duration.ofHours(1)));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.CLOCK_UNSYNCHRONISED);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(ClockSampler.SYNCHRONISED)) {
      List<Unreadable> unknown = new ArrayList<>();
      wrong.known().forEach(s -> unknown.add(Evidence.why(state, s, ClockSampler.SYNCHRONISED)));
      return new Detection(List.of(), unknown);
    }
    Set<String> bad = new TreeSet<>(state.components(ClockSampler.SYNCHRONISED));
    bad.removeIf(service -> state.value(of(service)).orElse(1) == 1);
    wrong.retain(bad);
    List<Issue> issues = new ArrayList<>();
    for (String service : bad) {
      Duration lasts = wrong.lasts(service);
      if (lasts.compareTo(after) >= 0) {
        state.sample(of(service)).ifPresent(sample -> issues.add(issue(sample, lasts)));
      }
    }
    return Detection.of(issues);
  }

  private static Metric of(String service) {
    return Metric.of(ClockSampler.SYNCHRONISED, service);
  }

  private Issue issue(Sample sample, Duration lasts) {
    String service = sample.metric().component();
    String ask =
        service.startsWith("chrony")
            ? "chronyc sources"
            : service.startsWith("ntp")
                ? "ntpq -pn"
                : service.startsWith("openntpd") ? "ntpctl -s all" : "timedatectl timesync-status";
    return Issue.of(
        sample.at(),
        IssueType.CLOCK_UNSYNCHRONISED,
        Severity.MEDIUM,
        String.format(
            "%s runs and has not synchronised the clock, for %s or longer (%s tells more)",
            service, Texts.duration(after), ask),
        Map.of(sample.metric().toString(), 0.0, "unsynchronised.seconds", lasts.toMillis() / 1e3),
        List.of(service));
  }
}
