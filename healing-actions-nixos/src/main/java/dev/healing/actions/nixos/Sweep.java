package dev.healing.actions.nixos;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
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
  private static final int SHOWN = 20;
  private static final long FILES_PER_SECOND = 5_000;

  /** journald keeps its own house; nobody else may delete there. */
  private static final Set<String> ALWAYS_EXCLUDED = Set.of("/var/log/journal");

  private final HostContext host;
  private final List<Path> roots;
  private final Instant olderThan;

  Sweep(HostContext host, List<Path> roots, Instant olderThan) {
    this.host = host;
    this.roots = roots;
    this.olderThan = olderThan;
  }

  /** Counts what would go; refused if that is nothing. */
  Preview preview(String target, String lane) {
    List<String> steps = new ArrayList<>();
    long[] sum = new long[2];
    SafeTree tree = tree();
    for (Path root : roots) {
      tree.walk(
          root,
          file -> {
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
   * Deletes as many files as were previewed, at most.
   *
   * @param measured name of the number that tells the gain
   * @param gauge reads it
   */
  ActionReport execute(
      Preview preview, Execution execution, String measured, ToDoubleFunction<HostContext> gauge) {
    try {
      if (!facts().equals(preview.facts())) {
        return ActionReport.refused("the roots are no longer the directories of the preview");
      }
    } catch (RefusedException changed) {
      return ActionReport.refused(changed.getMessage());
    }
    double before = gauge.applyAsDouble(host);
    long[] sum = new long[2];
    long most = preview.items().orElse(0);
    SafeTree tree = tree();
    for (Path root : roots) {
      tree.walk(
          root,
          file -> {
            if (execution.cancelled() || sum[0] >= most) {
              return false;
            }
            if (file.delete()) {
              sum[0]++;
              sum[1] += file.seen().size();
            }
            return true;
          });
    }
    double after = gauge.applyAsDouble(host);
    String stopped = execution.cancelled() ? "; stopped before the end" : "";
    return ActionReport.of(
        sum[0] == 0 ? Result.NOTHING_GAINED : Result.DONE,
        "deleted " + sum[0] + " of " + most + " files, " + Checks.size(sum[1]) + stopped,
        Map.of(measured, before),
        Map.of(
            measured, after, "deleted.count", (double) sum[0], "deleted.bytes", (double) sum[1]));
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
