package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;

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
          "container_tasks", "processes and threads of this container (pids.max)",
          "own_memory", "memory that healing itself may have (MemoryMax, MemoryHigh)",
          "conntrack", "tracked connections (net.netfilter.nf_conntrack_max)");

  private final Level level;
  private final Level files;
  private final Globs ignored;

  private LimitNear(LevelKeys keys, Globs ignored) {
    this.level = keys.level();
    this.files = keys.level();
    this.ignored = ignored;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "limit_near";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new LimitNear(
          LevelKeys.of(section, DEFAULTS), Globs.of(section.globs("ignore", List.of())));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.LIMIT_NEAR);
  }

  @Override
  public Detection detect(HostState state) {
    Detection all =
        level.judgeEach(
            state,
            KernelLimits.USED,
            Duration.ZERO,
            ignored,
            (used, standing) -> issue(state, used, standing));
    Detection ofProcesses =
        files.judgeEach(state, OpenFiles.USED, OpenFiles.EVERY, ignored, LimitNear::ofAProcess);
    Detection both = Level.together(all, ofProcesses);
    return new Detection(ofEachOne(both.issues()), both.unreadable(), both.age());
  }

  /** A service may be near to both of its limits: one problem, as severe as the worse of them. */
  private static List<Issue> ofEachOne(List<Issue> issues) {
    Map<SortedSet<String>, Issue> byComponent = new LinkedHashMap<>();
    issues.forEach(issue -> byComponent.merge(issue.components(), issue, LimitNear::both));
    return List.copyOf(byComponent.values());
  }

  private static Issue both(Issue one, Issue other) {
    Map<String, Double> metrics = new TreeMap<>(one.metrics());
    metrics.putAll(other.metrics());
    return Issue.of(
        one.detectedAt(),
        IssueType.LIMIT_NEAR,
        one.severity().compareTo(other.severity()) >= 0 ? one.severity() : other.severity(),
        one.description() + "; " + other.description(),
        metrics,
        one.components());
  }

  private static Issue issue(HostState state, Sample used, Level.Standing standing) {
    String what = used.metric().component();
    String name = NAMES.getOrDefault(what, "processes and threads of " + what + " (TasksMax)");
    return Issue.of(
        state.at(),
        IssueType.LIMIT_NEAR,
        standing == Level.Standing.CRITICAL ? Severity.CRITICAL : Severity.HIGH,
        Texts.percent(used.value()) + " of the " + name,
        Evidence.of(state, used.metric()).metrics(),
        List.of(what));
  }

  /** Less severe than the others: there are programs that keep as many open as they may. */
  private static Issue ofAProcess(Sample used, Level.Standing standing) {
    String unit = used.metric().component();
    return Issue.of(
        used.at(),
        IssueType.LIMIT_NEAR,
        standing == Level.Standing.CRITICAL ? Severity.HIGH : Severity.MEDIUM,
        "a process of "
            + unit
            + " has "
            + Texts.percent(used.value())
            + " of the files open that it may (LimitNOFILE)",
        Map.of(used.metric().toString(), used.value()),
        List.of(unit));
  }
}
