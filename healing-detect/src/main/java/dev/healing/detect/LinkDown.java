package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network interface that is switched on has lost its link, for {@code after} (10s). Key: {@code
 * ignore}, names of interfaces with {@code *} and {@code ?}: those that are plugged in now and
 * then.
 */
public final class LinkDown implements Detector {
  private final Duration after;
  private final Globs ignored;

  private LinkDown(Duration after, Globs ignored) {
    this.after = after;
    this.ignored = ignored;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "link_down";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new LinkDown(
          section.duration("after", Duration.ofSeconds(10)),
          Globs.of(section.globs("ignore", List.of())));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.LINK_DOWN);
  }

  @Override
  public Detection detect(HostState state) {
    List<Issue> issues = new ArrayList<>();
    for (String name : state.components(LinkSampler.UP)) {
      state
          .sample(Metric.of(LinkSampler.UP, name))
          .filter(sample -> sample.value() == 0)
          .filter(sample -> !sample.at().isAfter(state.at().minus(after)))
          .filter(sample -> !ignored.test(name))
          .ifPresent(sample -> issues.add(issue(state, name, sample)));
    }
    return Detection.of(issues);
  }

  private static Issue issue(HostState state, String name, Sample down) {
    return Issue.of(
        state.at(),
        IssueType.LINK_DOWN,
        Severity.MEDIUM,
        name + " is switched on and has no link since " + down.at(),
        Map.of(down.metric().toString(), down.value()),
        List.of(name));
  }
}
