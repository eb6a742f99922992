package dev.healing.actions.nixos;

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
import java.util.Set;

/**
 * Deletes old logs, caches and temporary files on the file system that is full. Keys: {@code roots}
 * (default /var/log, /var/cache, /var/tmp), {@code older-than} (default 7d), {@code max-files} (in
 * one run, default and at most 100000).
 */
public final class CleanDisk implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.CLEAN_DISK,
          "deletes old log, cache and temporary files under the configured roots",
          Set.of(IssueType.DISK_FULL),
          Risk.MEDIUM,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(10));

  private final HostContext host;
  private final List<Path> roots;
  private final Duration age;
  private final int mostFiles;

  private CleanDisk(HostContext host, List<Path> roots, Duration age, int mostFiles) {
    this.host = host;
    this.roots = roots;
    this.age = age;
    this.mostFiles = mostFiles;
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      List<Path> usual = List.of(Path.of("/var/log"), Path.of("/var/cache"), Path.of("/var/tmp"));
      List<Path> roots = Roots.read(context.configuration(), usual);
      Duration age = context.configuration().duration("older-than", Duration.ofDays(7));
      int mostFiles =
          context.configuration().count("max-files", Sweep.MOST_FILES, 1, Sweep.MOST_FILES);
      return new CleanDisk(context, roots, age, mostFiles);
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
    List<Path> there = Roots.on(host.files(), roots, mount);
    return new Sweep(host, there, host.time().now().minus(age), mostFiles).onDisk(mount);
  }
}
