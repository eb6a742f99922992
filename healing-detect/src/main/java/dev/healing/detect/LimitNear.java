package dev.healing.detect;

import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Something that the kernel counts and limits runs out: open files, processes and threads,
 * connections that are tracked, or the tasks of one service. Configured by {@link LevelKeys}.
 */
public final class LimitNear implements Detector {
  private static final LevelKeys DEFAULTS = new LevelKeys(0.85, 0.95, 0.75, new NofM(3, 5));

  private static final Map<String, String> NAMES =
      Map.of(
          "file_handles", "open files of the host (fs.file-max)",
          "tasks", "processes and threads of the host (kernel.pid_max, kernel.threads-max)",
          "conntrack", "tracked connections (net.netfilter.nf_conntrack_max)");

  private final LevelKeys keys;
  private final Level level;

  private LimitNear(LevelKeys keys) {
    this.keys = keys;
    this.level = keys.level();
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "limit_near";
    }

    @Override
    public Detector create(HostContext context) {
      return new LimitNear(LevelKeys.of(context.configuration(), DEFAULTS));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.LIMIT_NEAR);
  }

  @Override
  public Detection detect(HostState state) {
    Set<String> limited = new TreeSet<>(state.components(KernelLimits.USED));
    limited.addAll(level.components());
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (String what : limited) {
      Metric used = Metric.of(KernelLimits.USED, what);
      Level.Standing standing = level.update(state, what, used);
      if (standing.bad()) {
        issues.add(issue(state, what, standing));
      } else if (state.unreadable(what)) {
        unreadable.add(Evidence.why(state, what, what));
      } else if (level.absent(what) >= keys.of().m()) {
        level.forget(what); // the service has ended, or it is far from its limit
      } else if (standing == Level.Standing.UNKNOWN) {
        unreadable.add(Evidence.why(state, what, used, level));
      }
    }
    return new Detection(issues, unreadable);
  }

  private static Issue issue(HostState state, String what, Level.Standing standing) {
    Evidence evidence = Evidence.of(state, Metric.of(KernelLimits.USED, what));
    String name = NAMES.getOrDefault(what, "processes and threads of " + what + " (TasksMax)");
    return Issue.of(
        state.at(),
        IssueType.LIMIT_NEAR,
        standing == Level.Standing.CRITICAL ? Severity.CRITICAL : Severity.HIGH,
        Texts.percent(evidence.value(Metric.of(KernelLimits.USED, what))) + " of the " + name,
        evidence.metrics(),
        List.of(what));
  }
}
