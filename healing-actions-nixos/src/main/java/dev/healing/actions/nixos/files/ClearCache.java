package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.Prepared;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Deletes cached files that can be made again: for a full disk those on it, for full memory those
 * that live in memory. Keys: {@code roots} (default: where packages are kept that were installed),
 * {@code older-than} (default 1d, at least 1h), {@code page-cache} (default off: whether, for
 * memory, the kernel's clean page cache is dropped when no root lives in memory), and those of
 * {@link SweepLimits}.
 */
public final class ClearCache implements HealingAction {
  /**
   * Not all of /var/cache: recordings, dumps of databases and caches that the kernel has in use are
   * kept there too.
   */
  private static final List<Path> PACKAGES =
      Stream.of(
              "/var/cache/apt/archives",
              "/var/cache/dnf",
              "/var/cache/libdnf5",
              "/var/cache/yum",
              "/var/cache/zypp/packages",
              "/var/cache/pacman/pkg",
              "/var/cache/PackageKit")
          .map(Path::of)
          .toList();

  private static final String DROP_CACHES = "/proc/sys/vm/drop_caches";
  private static final Set<IssueType> ON_DISK =
      Set.of(IssueType.DISK_FULL, IssueType.PREDICTED_DISK_FULL);
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.CLEAR_CACHE,
          "deletes cached files that can be made again",
          Set.of(
              IssueType.MEMORY_HIGH,
              IssueType.DISK_FULL,
              IssueType.PREDICTED_MEMORY_HIGH,
              IssueType.PREDICTED_DISK_FULL),
          Risk.LOW,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(10));

  private final HostContext host;
  private final List<Path> roots;
  private final SweepLimits limits;
  private final boolean pageCache;

  private ClearCache(HostContext host) {
    this.host = host;
    this.roots = Roots.read(host, PACKAGES);
    this.limits = SweepLimits.read(host.configuration(), Duration.ofDays(1));
    this.pageCache = host.configuration().flag("page-cache", false);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new ClearCache(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    if (ON_DISK.contains(issue.type())) {
      String mount = issue.components().first();
      List<Path> there = Roots.on(host.files(), roots, mount);
      Checks.require(!there.isEmpty(), "none of " + roots + " is on " + mount);
      return sweep(there, Room.onDisk(host, issue, limits.target(issue)))
          .prepare("filesystem:" + mount);
    }
    Mounts mounts = Mounts.read(host.files());
    List<Path> inMemory =
        Roots.withoutNested(
            roots.stream()
                .filter(root -> Roots.present(host.files(), root))
                .filter(root -> mounts.inMemory(root.toString()))
                .toList());
    if (!inMemory.isEmpty()) {
      double target = limits.target(issue);
      return sweep(inMemory, () -> Room.inMemory(host, target)).prepare("memory");
    }
    Checks.require(
        pageCache, "none of " + roots + " lives in memory, and page-cache is switched off");
    return dropPageCache();
  }

  private Sweep sweep(List<Path> where, Supplier<Room> gauge) {
    return new Sweep(host, DESCRIPTION.id(), where, limits, gauge, time -> Optional.empty());
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
          MemAvailable memory = MemAvailable.read(host);
          double before = memory.availableBytes();
          host.files().writeSetting(DROP_CACHES, "1");
          double after = MemAvailable.read(host).availableBytes();
          return ActionReport.of(
              after - before < memory.gainBytes() ? Result.NOTHING_GAINED : Result.DONE,
              "page cache dropped: " + Checks.size(Math.max(0, after - before)) + " more available",
              Map.of("memory.available.bytes", before),
              Map.of("memory.available.bytes", after));
        });
  }
}
