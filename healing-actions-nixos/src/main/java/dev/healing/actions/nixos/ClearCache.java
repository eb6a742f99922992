package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deletes cached files that can be made again: for a full disk those on it, for full memory those
 * that live in memory. Keys: {@code roots} (default /var/cache), {@code older-than} (default 1d),
 * {@code max-files} (in one run, default and at most 100000), {@code page-cache} (default off:
 * whether, for memory, the kernel's clean page cache is dropped when no root lives in memory).
 */
public final class ClearCache implements HealingAction {
  private static final String DROP_CACHES = "/proc/sys/vm/drop_caches";
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.CLEAR_CACHE,
          "deletes cached files that can be made again",
          Set.of(IssueType.MEMORY_HIGH, IssueType.DISK_FULL),
          Risk.LOW,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(10));

  private final HostContext host;
  private final List<Path> roots;
  private final Duration age;
  private final boolean pageCache;
  private final int mostFiles;

  private ClearCache(
      HostContext host, List<Path> roots, Duration age, boolean pageCache, int mostFiles) {
    this.host = host;
    this.roots = roots;
    this.age = age;
    this.pageCache = pageCache;
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
      return new ClearCache(
          context,
          Roots.read(context.configuration(), List.of(Path.of("/var/cache"))),
          context.configuration().duration("older-than", Duration.ofDays(1)),
          context.configuration().flag("page-cache", false),
          context.configuration().count("max-files", Sweep.MOST_FILES, 1, Sweep.MOST_FILES));
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    if (issue.type().equals(IssueType.DISK_FULL)) {
      String mount = issue.components().first();
      return sweep(Roots.on(host.files(), roots, mount)).onDisk(mount);
    }
    Mounts mounts = Mounts.read(host.files());
    List<Path> inMemory =
        Roots.withoutNested(
            roots.stream()
                .filter(root -> Roots.present(host.files(), root))
                .filter(root -> mounts.inMemory(root.toString()))
                .toList());
    if (!inMemory.isEmpty()) {
      return sweep(inMemory).inMemory();
    }
    Checks.require(
        pageCache, "none of " + roots + " lives in memory, and page-cache is switched off");
    return dropPageCache();
  }

  private Sweep sweep(List<Path> where) {
    return new Sweep(host, where, host.time().now().minus(age), mostFiles);
  }

  private PreparedAction dropPageCache() {
    String boot = host.time().bootId();
    Preview preview =
        Preview.of(
            "memory",
            "memory",
            Duration.ofSeconds(2),
            Map.of("boot-id", boot),
            "write 1 to " + DROP_CACHES + ": the kernel forgets clean cached file contents");
    return new Prepared(
        preview,
        execution -> {
          if (!host.time().bootId().equals(boot)) {
            return ActionReport.refused("the host was booted again since the preview");
          }
          double before = MemAvailable.read(host.files()).availableBytes();
          host.files().writeSetting(DROP_CACHES, "1");
          double after = MemAvailable.read(host.files()).availableBytes();
          return ActionReport.of(
              after > before ? Result.DONE : Result.NOTHING_GAINED,
              "page cache dropped: " + Checks.size(Math.max(0, after - before)) + " more available",
              Map.of("memory.available.bytes", before),
              Map.of("memory.available.bytes", after));
        });
  }
}
