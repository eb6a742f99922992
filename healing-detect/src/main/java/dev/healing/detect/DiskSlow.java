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
 * Reads and writes of a disk take {@code wait} (2s) each, {@code for} (5 of 6) half minutes: no
 * healthy one does, however busy. Over below half of it. Key: {@code ignore}, names of disks with
 * {@code *} and {@code ?}.
 */
public final class DiskSlow implements Detector {
  private final Level level;
  private final Globs ignored;

  private DiskSlow(Level level, Globs ignored) {
    this.level = level;
    this.ignored = ignored;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "disk_slow";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      Duration wait = section.duration("wait", Duration.ofSeconds(2));
      if (wait.isZero()) {
        section.contradiction("wait", "more than zero");
      }
      double high = wait.toMillis() / 1e3;
      NofM of = section.nOfM("for", new NofM(5, 6));
      return new DiskSlow(
          new Level(Level.Limits.above(high, Double.POSITIVE_INFINITY, high / 2, of)),
          Globs.of(section.globs("ignore", List.of())));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.DISK_SLOW);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judgeEach(
        state, DiskSampler.WAIT, DiskSampler.EVERY, ignored, (wait, standing) -> issue(wait));
  }

  private static Issue issue(Sample wait) {
    String disk = wait.metric().component();
    return Issue.of(
        wait.at(),
        IssueType.DISK_SLOW,
        Severity.HIGH,
        String.format(
            Locale.ROOT,
            "reads and writes of the disk %s took %.1f s each (dmesg and smartctl may tell why)",
            disk,
            wait.value()),
        Map.of(wait.metric().toString(), wait.value()),
        List.of(disk));
  }
}
