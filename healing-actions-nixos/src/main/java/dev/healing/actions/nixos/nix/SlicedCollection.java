package dev.healing.actions.nixos.nix;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Preview;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One collection under way: slice after slice, until there is room, a slice frees nothing, or
 * something else wants the store.
 */
final class SlicedCollection {
  private static final Pattern DELETED = Pattern.compile("(\\d{1,9}) store paths? deleted");

  private static final String STOPPED = "; stopped";

  private final HostContext host;
  private final NixStore store;
  private final long sliceBytes;
  private final Learned learned;
  private final Preview preview;
  private final double down;
  private final Execution execution;

  /**
   * Nothing is collected yet.
   *
   * @param down the use of the file system at which it ends
   */
  SlicedCollection(
      HostContext host,
      NixStore store,
      long sliceBytes,
      Learned learned,
      Preview preview,
      double down,
      Execution execution) {
    this.host = host;
    this.store = store;
    this.sliceBytes = sliceBytes;
    this.learned = learned;
    this.preview = preview;
    this.down = down;
    this.execution = execution;
  }

  /** Does it, and says what came of it. */
  ActionReport run() {
    store.requireUnchanged(preview.facts(), store.facts());
    store.requireSystemRooted();
    long beforeBytes = store.space().availableBytes();
    long beganNanos = host.time().monotonicNanos();
    Duration toLookAgain = execution.remaining().dividedBy(30);
    long paths = 0;
    boolean cut = false;
    String end = "";
    execution.givesWay();
    while (end.isEmpty()) {
      Optional<CommandRunner.Result> slice = slice(execution.remaining().minus(toLookAgain));
      cut = slice.filter(result -> !result.timedOut()).isEmpty();
      if (cut) {
        end = slice.isPresent() ? "; time is over" : STOPPED;
        break;
      }
      if (!slice.get().ok()) {
        String complaint = slice.get().complaint();
        return report(Result.FAILED, "nix-store --gc: " + complaint, beforeBytes, paths);
      }
      long inSlice = deleted(slice.get());
      paths += inSlice;
      execution.progress(paths + " store paths deleted");
      end = end(inSlice);
    }
    Optional<String> broken = brokenRoots();
    Duration took = Duration.ofNanos(host.time().monotonicNanos() - beganNanos);
    long freedBytes = store.space().availableBytes() - beforeBytes;
    boolean inCut = cut && freedBytes > 0;
    boolean worked = paths > 0 || inCut;
    String detail =
        paths
            + " store paths deleted"
            + (inCut ? ", and more in a slice that was ended" : "")
            + end
            + broken.map(why -> "; " + why).orElse("");
    return report(
        broken.isPresent() || cut && !worked
            ? Result.FAILED
            : worked ? Result.DONE : Result.NOTHING_GAINED,
        learned.learn(freedBytes, took).map(trouble -> detail + "; " + trouble).orElse(detail),
        beforeBytes,
        paths);
  }

  /** A slice; nothing if it was stopped in the middle, which Nix takes no harm from. */
  private Optional<CommandRunner.Result> slice(Duration limit) {
    try {
      return Optional.of(store.work(limit, "--gc", "--max-freed", Long.toString(sliceBytes)));
    } catch (HostException e) {
      if (execution.cancelled()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * What the system lives from and is no live root any more. Asking also has Nix take back the room
   * that it reserves for itself, and gives away while it collects: else that would count as freed.
   */
  private Optional<String> brokenRoots() {
    if (Thread.currentThread().isInterrupted()) {
      return Optional.empty(); // there is no time to ask
    }
    try {
      store.requireSystemRooted();
      return Optional.empty();
    } catch (HealingException e) {
      return Optional.of("looked again: " + e.getMessage());
    }
  }

  /** Why no other slice follows; empty if one does. */
  private String end(long inSlice) {
    if (execution.cancelled()) {
      return STOPPED;
    }
    if (inSlice == 0) {
      return "; nothing is left to collect";
    }
    if (store.space().usedFraction() <= down) {
      return "; " + preview.target() + " is at most " + Math.round(down * 100) + " % full";
    }
    return store.busy().or(this::switched).map(why -> "; stopped, since " + why).orElse("");
  }

  private Optional<String> switched() {
    return store.facts().equals(preview.facts())
        ? Optional.empty()
        : Optional.of("the system was switched meanwhile");
  }

  private ActionReport report(Result result, String detail, double beforeBytes, long paths) {
    double afterBytes = store.space().availableBytes();
    return ActionReport.of(
        result,
        detail,
        Map.of("available.bytes", beforeBytes),
        Map.of("available.bytes", afterBytes, "deleted.count", (double) paths));
  }

  private static long deleted(CommandRunner.Result slice) {
    Matcher said = DELETED.matcher(slice.stdout() + "\n" + slice.stderr());
    return said.find() ? Long.parseLong(said.group(1)) : 0;
  }
}
