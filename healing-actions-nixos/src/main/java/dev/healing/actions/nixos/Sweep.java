package dev.healing.actions.nixos;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Preview;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Deletes the old files under some roots: what clean_disk and clear_cache have in common. */
final class Sweep {
  /** What a run remembers is bounded: see {@link Manifest}. */
  static final int MOST_FILES = 100_000;

  private static final int SHOWN = 20;
  private static final long FILES_PER_SECOND = 5_000;

  /** Under the usual roots and yet no leftovers: others keep house there, or count on them. */
  private static final Set<String> ALWAYS_EXCLUDED =
      Set.of(
          "/var/cache/debconf",
          "/var/log/audit",
          "/var/log/btmp",
          "/var/log/faillog",
          "/var/log/journal",
          "/var/log/lastlog",
          "/var/log/mysql",
          "/var/log/sudo-io",
          "/var/log/wtmp");

  private final HostContext host;
  private final List<Path> roots;
  private final Instant olderThan;
  private final long mostFiles;
  private final Manifest promised = new Manifest();

  /**
   * @param mostFiles at most this many in one run, in the order of the walk
   */
  Sweep(HostContext host, List<Path> roots, Instant olderThan, long mostFiles) {
    this.host = host;
    this.roots = roots;
    this.olderThan = olderThan;
    this.mostFiles = mostFiles;
  }

  /** For the room that it makes on a file system. */
  PreparedAction onDisk(String mount) {
    Preview preview = preview(mount, "filesystem:" + mount);
    return new Prepared(
        preview,
        execution ->
            execute(
                preview,
                execution,
                "available.bytes",
                now -> now.files().space(mount).availableBytes()));
  }

  /** For the memory that the files live in. */
  PreparedAction inMemory() {
    Preview preview = preview("memory", "memory");
    return new Prepared(
        preview,
        execution ->
            execute(
                preview,
                execution,
                "memory.available.bytes",
                now -> MemAvailable.read(now.files()).availableBytes()));
  }

  /** Notes what would go; refused if that is nothing. */
  private Preview preview(String target, String lane) {
    List<String> steps = new ArrayList<>();
    long[] sum = new long[3];
    SafeTree tree = tree();
    for (Path root : roots) {
      tree.walk(
          root,
          file -> {
            if (sum[0] >= mostFiles) {
              sum[2] = 1;
              return false;
            }
            if (promised.contains(file.identity())) {
              // Two roots may be the same directory, mounted twice.
              return true;
            }
            promised.add(file.identity());
            sum[0]++;
            sum[1] += file.seen().size();
            if (sum[0] <= SHOWN) {
              steps.add("delete " + shown(host.files().name(file.full())));
            }
            return true;
          });
    }
    Checks.require(
        sum[0] > 0, "nothing under " + roots + " is older than " + olderThan + " and not open");
    if (sum[0] > SHOWN) {
      steps.add("… and " + (sum[0] - SHOWN) + " more");
    }
    if (sum[2] > 0) {
      steps.add("leave the rest to a later run: max-files is " + mostFiles);
    }
    if (tree.unseen() > 0) {
      steps.add("leave out " + unseen(tree));
    }
    return new Preview(
        target,
        lane,
        steps,
        OptionalLong.of(sum[0]),
        OptionalLong.of(sum[1]),
        Duration.ofSeconds(1 + sum[0] / FILES_PER_SECOND),
        facts());
  }

  private TreeMap<String, String> facts() {
    TreeMap<String, String> facts = new TreeMap<>();
    facts.put("boot-id", host.time().bootId());
    facts.put("older-than", olderThan.toString());
    roots.forEach(root -> facts.put("root " + root, SafeTree.identity(host.files(), root)));
    return facts;
  }

  /**
   * Deletes the files that were previewed, where they are still the same, and no other.
   *
   * @param measured name of the number that tells the gain
   * @param gauge reads it
   */
  private ActionReport execute(
      Preview preview, Execution execution, String measured, ToDoubleFunction<HostContext> gauge) {
    SafeTree tree = tree();
    Checks.require(
        facts().equals(preview.facts()), "the roots are no longer the directories of the preview");
    double before = gauge.applyAsDouble(host);
    long[] sum = new long[2];
    for (Path root : roots) {
      tree.walk(
          root,
          file -> {
            if (execution.cancelled()) {
              return false;
            }
            if (promised.contains(file.identity()) && file.delete()) {
              sum[0]++;
              sum[1] += file.seen().size();
            }
            return true;
          });
    }
    double after = gauge.applyAsDouble(host);
    String stopped = execution.cancelled() ? "; stopped before the end" : "";
    if (tree.unseen() > 0) {
      stopped += "; left out " + unseen(tree);
    }
    return ActionReport.of(
        sum[0] == 0 ? Result.NOTHING_GAINED : Result.DONE,
        "deleted "
            + sum[0]
            + " of "
            + promised.count()
            + " files, "
            + Checks.size(sum[1])
            + stopped,
        Map.of(measured, before),
        Map.of(
            measured, after, "deleted.count", (double) sum[0], "deleted.bytes", (double) sum[1]));
  }

  private static String unseen(SafeTree tree) {
    return tree.unseen() + " directories that could not be read or lie too deep";
  }

  private SafeTree tree() {
    Set<String> excluded = new HashSet<>(ALWAYS_EXCLUDED);
    excluded.addAll(Mounts.read(host.files()).points());
    Set<Object> open = OpenFiles.keys(host.files());
    return new SafeTree(host.files(), new SafeTree.Spared(olderThan, excluded, open));
  }

  /** File names may hold anything; a preview is one line each. */
  private static String shown(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }
}
