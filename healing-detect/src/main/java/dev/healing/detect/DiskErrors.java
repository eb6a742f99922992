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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads and writes of a disk failed: what is on it may be lost. Keys: {@code errors} (1), in an
 * hour, and {@code ignore}, names of disks with {@code *} and {@code ?}.
 */
public final class DiskErrors implements Detector {
  private final Level level;
  private final Globs ignored;

  private DiskErrors(Level level, Globs ignored) {
    this.level = level;
    this.ignored = ignored;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "disk_errors";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      int errors = section.count("errors", 1, 1, 1_000_000);
      return new DiskErrors(
          new Level(Level.Limits.above(errors, Double.POSITIVE_INFINITY, errors, new NofM(1, 1))),
          Globs.of(section.globs("ignore", List.of())));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.DISK_ERRORS);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judgeEach(
        state, DiskErrorLog.ERRORS, Duration.ZERO, ignored, (errors, standing) -> issue(errors));
  }

  private static Issue issue(Sample errors) {
    String disk = errors.metric().component();
    long count = Math.round(errors.value());
    return Issue.of(
        errors.at(),
        IssueType.DISK_ERRORS,
        Severity.HIGH,
        String.format(
            Locale.ROOT,
            "%d read%s or write%s of the disk %s failed in the last hour"
                + " (journalctl -k and smartctl tell more; save what you need of it)",
            count,
            count == 1 ? "" : "s",
            count == 1 ? "" : "s",
            disk),
        Map.of(errors.metric().toString(), errors.value()),
        List.of(disk));
  }
}
