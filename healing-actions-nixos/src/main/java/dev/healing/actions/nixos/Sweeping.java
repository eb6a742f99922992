package dev.healing.actions.nixos;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Deletes what a {@link Sweep} promised, and no other file. Used once. */
final class Sweeping implements SafeTree.Visitor {
  private static final long FILES_BETWEEN_WORDS = 50_000;
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private final Sweep sweep;
  private final HostContext host;
  private final Sweep.Promise promise;
  private final Execution execution;
  private final Survey deleted = new Survey(DeletedList.NAMES, this::list);
  private final DeletedList list;
  private String trouble = "";

  /** Begins: refused if the world is another, or it could not be told what was deleted. */
  Sweeping(Sweep sweep, Sweep.Promise promise, Execution execution) {
    this.sweep = sweep;
    this.host = sweep.host();
    this.promise = promise;
    this.execution = execution;
    requireUnchanged();
    this.list =
        new DeletedList(
            host.state(), host.files(), promise.at(), sweep.action() + " under " + sweep.roots());
  }

  private void requireUnchanged() {
    Checks.require(
        sweep.identities().equals(promise.identities()),
        "the roots are no longer the directories of the preview");
    Duration byWall = Duration.between(promise.at(), host.time().now());
    Duration truly = Duration.ofNanos(host.time().monotonicNanos() - promise.monotonicNanos());
    Checks.require(
        byWall.minus(truly).abs().compareTo(CLOCK_TOLERANCE) < 0,
        "the clock was set since the preview, so ages are no longer what they were");
  }

  ActionReport run() {
    Room before = sweep.gauge().get();
    SafeTree tree = new SafeTree(host.files(), rule());
    sweep.roots().forEach(root -> walk(tree, root));
    ArchivedJournals.Vacuumed journals = new ArchivedJournals.Vacuumed(0, 0, "");
    if (sweep.journals().isPresent() && !stopped()) {
      journals = sweep.journals().get().vacuum(execution);
    }
    finishList();
    Room after = sweep.gauge().get();
    long files = deleted.files() + journals.files();
    long bytes = deleted.bytes() + journals.bytes();
    return ActionReport.of(
        files == 0 ? Result.NOTHING_GAINED : Result.DONE,
        detail(tree, journals),
        Map.of(before.measured(), (double) before.availableBytes()),
        new TreeMap<>(
            Map.of(
                after.measured(),
                (double) after.availableBytes(),
                "deleted.count",
                (double) files,
                "deleted.bytes",
                (double) bytes)));
  }

  private void walk(SafeTree tree, Path root) {
    try {
      tree.walk(root, this);
    } catch (RefusedException e) {
      if (deleted.files() == 0) {
        throw e;
      }
      trouble = "; stopped: " + e.getMessage();
    }
  }

  /** As promised, less what has come to be in use or kept since. */
  private SafeTree.Spared rule() {
    SafeTree.Spared then = promise.rule();
    Set<Path> excluded = new HashSet<>(then.excluded());
    excluded.addAll(sweep.excluded());
    Set<Object> open = new HashSet<>(then.open());
    open.addAll(OpenFiles.keys(host.files()));
    return new SafeTree.Spared(then.fromNanos(), excluded, open, then.newest(), then.knownNanos());
  }

  @Override
  public void enter(SafeTree.Directory directory) {
    deleted.enter(directory);
  }

  @Override
  public boolean visit(SafeTree.Found file) throws IOException {
    if (stopped()) {
      return false;
    }
    if (promise.survey().directories().contains(file.in().key()) && file.delete()) {
      deleted.add(file);
      if (deleted.files() % FILES_BETWEEN_WORDS == 0) {
        execution.progress(
            "deleted " + deleted.files() + " of " + promise.survey().files() + " files");
      }
    }
    return true;
  }

  @Override
  public void leave() {
    deleted.leave();
  }

  private boolean stopped() {
    return !trouble.isEmpty() || execution.cancelled();
  }

  /** What cannot be written down is not done: the walk ends. */
  private void list(Survey.Tally left) {
    if (trouble.isEmpty()) {
      try {
        list.add(left);
      } catch (HostException e) {
        trouble = "; stopped, for it could not be written down: " + e.getMessage();
      }
    }
  }

  private void finishList() {
    try {
      list.write();
    } catch (HostException e) {
      trouble += "; the list of it is not complete: " + e.getMessage();
    }
  }

  private String detail(SafeTree tree, ArchivedJournals.Vacuumed journals) {
    StringBuilder text = new StringBuilder("deleted ");
    text.append(deleted.files()).append(" of ");
    text.append(Sweep.told(promise.survey().files(), deleted.bytes()));
    if (deleted.files() > 0) {
      text.append("; ").append(String.join("; ", deleted.lines(host.files())));
      text.append("; listed in ").append(host.state().location()).append("/action.");
      text.append(sweep.action()).append('.').append(DeletedList.FILE);
      text.append(" as run ").append(promise.at());
    }
    if (sweep.journals().isPresent()) {
      text.append("; of the journal ");
      text.append(Sweep.told(journals.files(), journals.bytes())).append(journals.problem());
    }
    if (tree.unseen() > 0) {
      text.append("; left out ").append(Sweep.unseen(tree));
    }
    return text.append(trouble)
        .append(execution.cancelled() ? "; stopped before the end" : "")
        .toString();
  }
}
