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
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network interface loses or damages packets, by its own count. Configured by {@link LevelKeys},
 * and {@code ignore}, names of interfaces with {@code *} and {@code ?}.
 */
public final class LinkErrors implements Detector {
  private static final LevelKeys DEFAULTS = new LevelKeys(0.01, 1, 0.002, new NofM(5, 10));

  private final Level level;
  private final Globs ignored;

  private LinkErrors(Level level, Globs ignored) {
    this.level = level;
    this.ignored = ignored;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "link_errors";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new LinkErrors(
          LevelKeys.withoutCritical(section, DEFAULTS).level(),
          Globs.of(section.globs("ignore", List.of())));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.LINK_ERRORS);
  }

  @Override
  public Detection detect(HostState state) {
    return level.judgeEach(
        state, LinkCounts.LOST, LinkCounts.EVERY, ignored, (lost, standing) -> issue(lost));
  }

  private static Issue issue(Sample lost) {
    String name = lost.metric().component();
    return Issue.of(
        lost.at(),
        IssueType.LINK_ERRORS,
        Severity.MEDIUM,
        name
            + " lost or damaged "
            + Texts.percent(lost.value())
            + " of its packets (ip -s -s link show "
            + name
            + " tells how)",
        Map.of(lost.metric().toString(), lost.value()),
        List.of(name));
  }
}
