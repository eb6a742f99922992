package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
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
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes equal files of the Nix store share their room on disk. Nix skips what it has linked before,
 * so one that was stopped, or killed, is simply run again. How much that will give back nobody
 * knows before: the preview says what cannot give anything, since it is linked.
 */
public final class OptimizeStore implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.OPTIMIZE_STORE,
          "lets equal files of the Nix store share their room on disk",
          Set.of(IssueType.DISK_FULL),
          Risk.LOW,
          Set.of(Privilege.MANAGE_NIX_STORE),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(60));

  private static final int MOST_ENTRIES = 20_000;
  private static final double USUAL_PATHS_PER_SECOND = 20;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /**
   * So much less room than at the beginning, or a tenth of it if that is less, is a reason to stop.
   */
  private static final long MOST_LOST_BYTES = 1L << 30;

  private static final Pattern SAVED =
      Pattern.compile(
          "([\\d.]{1,20} (?:bytes|[KMGT]iB))[^\\n]{0,40} freed by hard-linking (\\d{1,12}) files");

  private final HostContext host;
  private final NixStore store;
  private final Learned learned;

  private OptimizeStore(HostContext host) {
    this.host = host;
    this.store = new NixStore(host);
    this.learned = new Learned(host.state(), USUAL_PATHS_PER_SECOND);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new OptimizeStore(context);
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
    StorePaths paths = store.allPaths();
    StoreSample sample = StoreSample.of(host.files(), paths, MOST_ENTRIES);
    Checks.require(
        sample.unlinkedBytes() > 0,
        "all of the "
            + sample.files()
            + " files that were looked at in "
            + NixStore.STORE
            + " are linked already, by auto-optimise-store or an earlier run");
    Learned.Speed speed = learned.speed();
    Preview preview =
        Preview.of(
            mount,
            "nix-store",
            speed.duration(paths.count(), DESCRIPTION.timeLimit()),
            store.facts(),
            "nix-store --optimise of "
                + paths.count()
                + " store paths, "
                + store.workers()
                + ": equal files of "
                + NixStore.STORE
                + " become hard links",
            "how many are equal shows when it is done; "
                + (sample.complete() ? "" : "about ")
                + Checks.size(sample.ofAll(sample.unlinkedBytes()))
                + " are not linked yet, and more than those cannot be saved",
            "how long it takes is " + speed.source(),
            "stop if "
                + mount
                + " loses more than "
                + Checks.size(mostLostBytes(store.space().availableBytes()))
                + " of room meanwhile");
    return new Prepared(preview, execution -> execute(preview, paths.count(), execution));
  }

  private static long mostLostBytes(long availableBytes) {
    return Math.min(MOST_LOST_BYTES, availableBytes / 10);
  }

  private ActionReport execute(Preview preview, int paths, Execution execution) {
    store.requireUnchanged(preview.facts(), store.facts());
    long beforeBytes = store.space().availableBytes();
    long beganNanos = host.time().monotonicNanos();
    AtomicReference<Object> ended = new AtomicReference<>();
    Duration limit = execution.remaining().multipliedBy(29).dividedBy(30); // then to end and say so
    execution.givesWay();
    Workers.Task work =
        host.workers().start("nix-store-optimise", () -> ended.set(optimised(limit)));
    long leastBytes = beforeBytes - mostLostBytes(beforeBytes);
    String stopped = "";
    while (!work.done() && stopped.isEmpty()) {
      if (!execution.pause(BETWEEN_LOOKS)) {
        stopped = "stopped";
      } else if (store.space().availableBytes() < leastBytes) {
        stopped = "stopped, since there is less room than before";
      }
    }
    work.cancel();
    while (!work.done() && execution.pause(BETWEEN_LOOKS)) {
      // It is being ended.
    }
    if (!(ended.get() instanceof CommandRunner.Result result) || !result.ok()) {
      boolean inTime =
          ended.get() instanceof CommandRunner.Result late
              && late.timedOut()
              && store.space().availableBytes() > beforeBytes;
      if (inTime) {
        return report(
            Result.DONE, "time is over; the next run goes on with the rest", beforeBytes, "");
      }
      String why = stopped.isEmpty() ? "nix-store --optimise: " + complaint(ended.get()) : stopped;
      return report(Result.FAILED, why + "; the next run goes on with the rest", beforeBytes, "");
    }
    Duration took = Duration.ofNanos(host.time().monotonicNanos() - beganNanos);
    String trouble = learned.learn(paths, took).map(text -> "; " + text).orElse("");
    Matcher said = SAVED.matcher(result.stdout() + "\n" + result.stderr());
    boolean known = said.find();
    boolean saved =
        known ? Long.parseLong(said.group(2)) > 0 : store.space().availableBytes() > beforeBytes;
    return report(
        saved ? Result.DONE : Result.NOTHING_GAINED,
        "optimised",
        beforeBytes,
        (known ? ", Nix says " + said.group() : "") + trouble);
  }

  /** What came of the command, or what was thrown. */
  private Object optimised(Duration limit) {
    try {
      return store.work(limit, "--optimise");
    } catch (HealingException e) {
      return e;
    }
  }

  private static String complaint(@Nullable Object ended) {
    if (ended instanceof CommandRunner.Result result) {
      return result.complaint();
    }
    return ended instanceof HealingException e ? String.valueOf(e.getMessage()) : "it was not run";
  }

  private ActionReport report(Result result, String what, long beforeBytes, String more) {
    long afterBytes = store.space().availableBytes();
    return ActionReport.of(
        result,
        what + ": " + Checks.size(Math.max(0, afterBytes - beforeBytes)) + " more room" + more,
        Map.of("available.bytes", (double) beforeBytes),
        Map.of("available.bytes", (double) afterBytes));
  }
}
