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
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Deletes what nothing refers to from the Nix store, in slices, until there is room or a slice
 * frees nothing. Generations are never deleted. Keys: {@code slice} (default 1GiB), {@code target}
 * (use of the file system at which it stops, default 80%).
 */
public final class GarbageCollect implements HealingAction {
  private static final Pattern DELETED = Pattern.compile("(\\d{1,9}) store paths? deleted");
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.GARBAGE_COLLECT,
          "deletes unreferenced paths from the Nix store, never a generation",
          Set.of(IssueType.DISK_FULL),
          Risk.MEDIUM,
          Set.of(Privilege.MANAGE_NIX_STORE),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(30));

  private final HostContext host;
  private final NixStore store;
  private final long sliceBytes;
  private final double target;

  private GarbageCollect(HostContext host) {
    this.host = host;
    this.store = new NixStore(host);
    this.sliceBytes = Math.max(1, host.configuration().bytes("slice", 1L << 30));
    this.target = host.configuration().fraction("target", 0.80);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new GarbageCollect(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    return store.unavailable();
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    String mount = issue.components().first();
    store.requireOn(mount);
    Checks.refuseIf(store.busy());
    store.requireSystemRooted();
    List<String> dead = store.deadPaths();
    Checks.require(!dead.isEmpty(), "nothing in " + NixStore.STORE + " is unreferenced");
    OptionalLong bytes = store.size(dead);
    String size = bytes.isPresent() ? ", " + Checks.size(bytes.getAsLong()) : ", size unknown";
    Preview preview =
        new Preview(
            mount,
            "nix-store",
            List.of(
                "collect up to " + dead.size() + " unreferenced store paths" + size,
                "in slices of "
                    + Checks.size(sliceBytes)
                    + ", until "
                    + mount
                    + " is at most "
                    + Math.round(target * 100)
                    + " % full or a slice frees nothing"),
            OptionalLong.of(dead.size()),
            bytes,
            Duration.ofSeconds(5 + dead.size() / 50),
            store.facts());
    return new Prepared(preview, execution -> execute(preview, execution));
  }

  private ActionReport execute(Preview preview, Execution execution) {
    store.requireUnchanged(preview.facts(), store.facts());
    store.requireSystemRooted();
    double before = store.availableBytes();
    long paths = 0;
    long inSlice = 1;
    while (inSlice > 0 && !execution.cancelled() && (paths == 0 || store.usedFraction() > target)) {
      CommandRunner.Result slice =
          store.run(
              execution.remaining(), "nix-store", "--gc", "--max-freed", Long.toString(sliceBytes));
      if (!slice.ok()) {
        return report(Result.FAILED, "nix-store --gc: " + slice.complaint(), before, paths);
      }
      inSlice = deleted(slice);
      paths += inSlice;
      execution.progress(paths + " store paths deleted");
    }
    return report(
        paths > 0 ? Result.DONE : Result.NOTHING_GAINED,
        paths + " store paths deleted" + (execution.cancelled() ? "; stopped" : ""),
        before,
        paths);
  }

  private ActionReport report(Result result, String detail, double before, long paths) {
    return ActionReport.of(
        result,
        detail,
        Map.of("available.bytes", before),
        Map.of(
            "available.bytes", (double) store.availableBytes(), "deleted.count", (double) paths));
  }

  private static long deleted(CommandRunner.Result slice) {
    Matcher said = DELETED.matcher(slice.stdout() + "\n" + slice.stderr());
    return said.find() ? Long.parseLong(said.group(1)) : 0;
  }
}
