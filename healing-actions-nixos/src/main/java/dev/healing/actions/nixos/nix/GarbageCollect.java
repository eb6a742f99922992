package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Deletes what nothing refers to from the Nix store, in slices, until there is room or a slice
 * frees nothing. Generations are never deleted. Keys: {@code slice} (default 1GiB), {@code target}
 * (use of the file system at which it stops, default 80%).
 */
public final class GarbageCollect implements HealingAction {
  /** Looked at to say how much will come back; more than these are estimated from them. */
  private static final int MOST_ENTRIES = 100_000;

  private static final double USUAL_BYTES_PER_SECOND = 50 << 20;
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.GARBAGE_COLLECT,
          "deletes unreferenced paths from the Nix store, never a generation",
          Set.of(IssueType.DISK_FULL, IssueType.PREDICTED_DISK_FULL),
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
  private final Learned learned;

  private GarbageCollect(HostContext host) {
    this.host = host;
    this.store = new NixStore(host);
    this.sliceBytes = Math.max(1, host.configuration().bytes("slice", 1L << 30));
    this.target = host.configuration().fraction("target", 0.80);
    this.learned = new Learned(host.state(), USUAL_BYTES_PER_SECOND);
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
    StorePaths dead = store.deadPaths();
    Checks.require(dead.count() > 0, "nothing in " + NixStore.STORE + " is unreferenced");
    StoreSample sample = StoreSample.of(host.files(), dead, MOST_ENTRIES);
    long deadBytes = sample.ofAll(sample.freedBytes());
    double down = Checks.target(target, issue);
    long expectedBytes = Math.min(deadBytes, wantedBytes(down));
    Learned.Speed speed = learned.speed();
    Preview preview =
        new Preview(
            mount,
            "nix-store",
            List.of(
                "collect up to "
                    + dead.count()
                    + " unreferenced store paths, which take "
                    + (sample.complete() ? "" : "about ")
                    + Checks.size(deadBytes),
                "in slices of "
                    + Checks.size(sliceBytes)
                    + ", until "
                    + mount
                    + " is at most "
                    + Math.round(down * 100)
                    + " % full or a slice frees nothing: "
                    + Checks.size(expectedBytes)
                    + " expected, at "
                    + Checks.size(speed.perSecond())
                    + " a second, "
                    + speed.source(),
                "with nix-store --gc, " + store.workers()),
            OptionalLong.of(dead.count()),
            OptionalLong.of(expectedBytes),
            speed.duration(expectedBytes, DESCRIPTION.timeLimit()),
            store.facts());
    return new Prepared(
        preview,
        execution ->
            new SlicedCollection(host, store, sliceBytes, learned, preview, down, execution).run());
  }

  /** What has to be freed to come to the target, in whole slices, and one at least. */
  private long wantedBytes(double down) {
    HostFiles.Space space = store.space();
    double usedBytes = (double) space.totalBytes() - space.freeBytes();
    double excess = usedBytes - down * (usedBytes + space.availableBytes());
    return (long) Math.max(1, Math.ceil(excess / sliceBytes)) * sliceBytes;
  }
}
