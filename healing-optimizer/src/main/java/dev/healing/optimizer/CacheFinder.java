package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import dev.healing.spi.HostFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Caches on disk that nobody has used for long, once a day: {@code clear_cache}, however full the
 * disk is. Whether there are any the action works out; it refuses what is not worth it.
 *
 * <p>Not the page cache: see {@link MemoryFinder}.
 */
final class CacheFinder implements Finder {
  private static final String CACHES = "/var/cache";
  private static final int PRIORITY = 5;
  private static final double CONFIDENCE = 0.8;

  private final HostFiles files;

  CacheFinder(HostFiles files) {
    this.files = files;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.CACHE_OPTIMIZATION;
  }

  @Override
  public Findings look(HostState state) {
    Optional<String> mount =
        state.components(Metric.FILESYSTEM_USED).stream()
            .filter(point -> Path.of(CACHES).startsWith(point))
            .max(Comparator.comparingInt(String::length));
    if (mount.isEmpty() || !Files.isDirectory(files.path(CACHES))) {
      return Findings.UNREADABLE;
    }
    Metric room = Metric.of(Metric.FILESYSTEM_AVAILABLE, mount.get());
    OptionalDouble available = state.value(room);
    if (available.isEmpty()) {
      return Findings.UNREADABLE;
    }
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.DISK_FULL,
            Severity.LOW,
            "what clear_cache may delete is looked through now and then, however full the disk is",
            Estimate.more(room, available.getAsDouble()),
            Set.of(mount.get()));
    return Findings.of(
        mount.get(),
        Estimate.opportunity(
            type(),
            ActionId.CLEAR_CACHE,
            issue,
            PRIORITY,
            CONFIDENCE,
            "the room of what can be made again: old files under its roots, as a rule packages",
            true));
  }
}
