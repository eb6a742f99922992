package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The kernel lets nobody write to a file system any more that was mounted to be written to; or it
 * found errors on it in the last {@code window} (1h; of xfs, which counts none, in the last hour).
 * What to do about that is for a person, and is said.
 */
public final class FilesystemFault implements Detector {
  private final HostFiles files;
  private final Duration window;
  private Set<String> reported = Set.of();

  private FilesystemFault(HostFiles files, Duration window) {
    this.files = files;
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
      return new FilesystemFault(
          context.files(), Windows.of(context.configuration(), Duration.ofHours(1)));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.FILESYSTEM_FAULT);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(Gathered.FILESYSTEMS)) {
      List<Unreadable> unknown = new ArrayList<>();
      reported.forEach(mount -> unknown.add(Evidence.why(state, mount, Gathered.FILESYSTEMS)));
      return new Detection(List.of(), unknown);
    }
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unknown = new ArrayList<>();
    Set<String> now = new TreeSet<>();
    for (String mount : state.components(FileSystemFaults.GIVEN_UP)) {
      boolean givenUp = state.value(Metric.of(FileSystemFaults.GIVEN_UP, mount)).orElse(0) == 1;
      long errors = Counters.grown(state, Metric.of(FileSystemFaults.ERRORS, mount), window);
      double logged = state.value(Metric.of(FileSystemErrors.LOGGED, mount)).orElse(0);
      if (givenUp || errors > 0 || logged > 0) {
        now.add(mount);
        issues.add(issue(state, mount, givenUp, errors + Math.round(logged)));
      } else if (reported.contains(mount) && state.unreadable(FileSystemErrors.LOGGED)) {
        now.add(mount);
        unknown.add(Evidence.why(state, mount, FileSystemErrors.LOGGED));
      }
    }
    reported = now;
    return new Detection(issues, unknown);
  }

  private Issue issue(HostState state, String mount, boolean givenUp, long errors) {
    Metric flag = Metric.of(FileSystemFaults.GIVEN_UP, mount);
    Metric all = Metric.of(FileSystemFaults.ERRORS, mount);
    Metric logged = Metric.of(FileSystemErrors.LOGGED, mount);
    Map<String, Double> metrics = new TreeMap<>(Evidence.of(state, flag, all, logged).metrics());
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
                + " (dmesg tells what; save what you need of it"
                + advice(mount)
                + ")",
            metrics,
            List.of(mount))
        .explaining(givenUp ? List.of(MountUnit.of(mount)) : List.of());
  }

  /** How it is mended, which depends on what it is. */
  private String advice(String mount) {
    List<MountInfo> all;
    try {
      all = MountInfo.parse(files.read("/proc/self/mountinfo").orElse(""));
    } catch (HostException e) {
      return "";
    }
    return all.stream()
        .filter(one -> one.mountPoint().equals(mount))
        .reduce((hidden, seen) -> seen)
        .map(
            one ->
                switch (one.type()) {
                  case "ext4" -> "; then unmount it and run 'e2fsck -f " + one.source() + "'";
                  case "xfs" -> "; then unmount it and run 'xfs_repair " + one.source() + "'";
                  case "btrfs" ->
                      "; 'btrfs device stats "
                          + mount
                          + "' tells on which device, and 'btrfs scrub start "
                          + mount
                          + "' mends what there is a good copy of";
                  default -> "";
                })
        .orElse("");
  }
}
