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
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A network interface that is switched on has lost its link, for {@code after} (10s). Key: {@code
 * ignore}, names of interfaces with {@code *} and {@code ?}: those that are plugged in now and
 * then.
 */
public final class LinkDown implements Detector {
  private final TimeSource time;
  private final Duration after;
  private final Globs ignored;
  private Map<Metric, Down> down = Map.of();

  private LinkDown(TimeSource time, Duration after, Globs ignored) {
    this.time = time;
    this.after = after;
    this.ignored = ignored;
  }

  /** A link that is down, by the clock that nobody sets: it may be set back meanwhile. */
  private record Down(Sample sample, long sinceNanos) {
    static Down of(Sample sample, @Nullable Down before, Instant at, long now) {
      if (before != null && !sample.at().isAfter(before.sample().at())) {
        return new Down(sample, before.sinceNanos()); // earlier if the clock was set back
      }
      long already = Math.max(0, Duration.between(sample.at(), at).toNanos());
      return new Down(sample, now - already);
    }
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
          context.time(),
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
    long now = time.monotonicNanos();
    Map<Metric, Down> before = down;
    down = new TreeMap<>();
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (String name : state.components(LinkSampler.UP)) {
      state
          .sample(Metric.of(LinkSampler.UP, name))
          .filter(sample -> sample.value() == 0 && !ignored.test(name))
          .map(sample -> Down.of(sample, before.get(sample.metric()), state.at(), now))
          .ifPresent(
              link -> {
                down.put(link.sample().metric(), link);
                if (now - link.sinceNanos() >= after.toNanos()) {
                  issues.add(issue(state, name, link.sample()));
                }
              });
    }
    before.forEach(
        (metric, link) -> {
          if (state.unreadable(metric.toString())) {
            down.put(metric, link);
            unreadable.add(Evidence.why(state, metric.component(), metric.toString()));
          }
        });
    return new Detection(issues, unreadable);
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
