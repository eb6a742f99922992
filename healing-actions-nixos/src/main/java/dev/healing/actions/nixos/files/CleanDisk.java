package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Deletes old logs, caches and temporary files on the file system that is or will be full, and the
 * journal's old archives. Keys: {@code roots} (default /var/log), {@code older-than} (default 7d,
 * at least 1h), {@code journal} (whether the journal's archives are deleted too, on), and those of
 * {@link SweepLimits}.
 */
public final class CleanDisk implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.CLEAN_DISK,
          "deletes old log, cache and temporary files under the configured roots",
          Set.of(IssueType.DISK_FULL, IssueType.PREDICTED_DISK_FULL),
          Risk.MEDIUM,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(10));

  private final HostContext host;
  private final List<Path> roots;
  private final SweepLimits limits;
  private final boolean journal;

  private CleanDisk(HostContext host) {
    this.host = host;
    this.roots = Roots.read(host, List.of(Path.of("/var/log")));
    this.limits = SweepLimits.read(host.configuration(), Duration.ofDays(7));
    this.journal = host.configuration().flag("journal", true);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new CleanDisk(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    String mount = issue.components().first();
    boolean journals = journal && journalIsOn(mount);
    List<Path> there = Roots.on(host.files(), roots, mount);
    Checks.require(!there.isEmpty() || journals, "none of " + roots + " is on " + mount);
    return new Sweep(
            host,
            DESCRIPTION.id(),
            there,
            limits.of(issue),
            Room.onDisk(host, issue, limits.target(issue)),
            time -> journals ? ArchivedJournals.before(host, time) : Optional.empty())
        .prepare("filesystem:" + mount);
  }

  private boolean journalIsOn(String mount) {
    return roots.stream().anyMatch(Path.of(ArchivedJournals.DIRECTORY)::startsWith)
        && Checks.device(host.files(), ArchivedJournals.DIRECTORY)
            .equals(Checks.device(host.files(), mount));
  }
}
