package dev.healing.detect;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The kernel lets nobody write to a file system any more that was mounted to be written to; or it
 * found errors on it in the last {@code window} (1h).
 */
public final class FilesystemFault implements Detector {
  private final Duration window;
  private Set<String> reported = Set.of();

  private FilesystemFault(Duration window) {
    this.window = window;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "filesystem_fault";
    }

    @Override
    public Detector create(HostContext context) {
      return new FilesystemFault(Windows.of(context.configuration(), Duration.ofHours(1)));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.FILESYSTEM_FAULT);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(Look.FILESYSTEMS)) {
      List<Unreadable> unknown = new ArrayList<>();
      reported.forEach(mount -> unknown.add(Evidence.why(state, mount, Look.FILESYSTEMS)));
      return new Detection(List.of(), unknown);
    }
    List<Issue> issues = new ArrayList<>();
    Set<String> now = new TreeSet<>();
    for (String mount : state.components(FileSystemFaults.GIVEN_UP)) {
      boolean givenUp = state.value(Metric.of(FileSystemFaults.GIVEN_UP, mount)).orElse(0) == 1;
      long errors = Counters.grown(state, Metric.of(FileSystemFaults.ERRORS, mount), window);
      if (givenUp || errors > 0) {
        now.add(mount);
        issues.add(issue(state, mount, givenUp, errors));
      }
    }
    reported = now;
    return Detection.of(issues);
  }

  private Issue issue(HostState state, String mount, boolean givenUp, long errors) {
    Metric flag = Metric.of(FileSystemFaults.GIVEN_UP, mount);
    Metric all = Metric.of(FileSystemFaults.ERRORS, mount);
    Map<String, Double> metrics = new TreeMap<>(Evidence.of(state, flag, all).metrics());
    List<String> text = new ArrayList<>();
    if (givenUp) {
      text.add("the kernel lets nobody write to it any more");
    }
    if (errors > 0) {
      metrics.put("errors.lately.count", (double) errors);
      text.add(
          "the kernel found "
              + (errors == 1 ? "an error" : errors + " errors")
              + " on it in the last "
              + Texts.duration(window));
    }
    return Issue.of(
            state.at(),
            IssueType.FILESYSTEM_FAULT,
            givenUp ? Severity.CRITICAL : Severity.HIGH,
            mount
                + ": "
                + String.join("; ", text)
                + " (dmesg tells what; save what you need of it)",
            metrics,
            List.of(mount))
        .explaining(givenUp ? List.of(MountUnit.of(mount)) : List.of());
  }
}
