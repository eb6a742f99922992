package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
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

  /** A run may take minutes; to look into all processes takes a tenth of a second. */
  private static final Duration OPEN_FILES_STAND = Duration.ofSeconds(10);

  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private final Sweep sweep;
  private final HostContext host;
  private final Sweep.Promise promise;
  private final Sweep.Basis basis;
  private final Execution execution;
  private final Survey deleted = new Survey(DeletedList.NAMES, this::list);
  private final DeletedList list;
  private volatile String trouble = "";
  private final Set<Object> open;
  private long openSinceNanos;
  private boolean lookedAgain;

  /** Begins: refused if the world is another, or it could not be told what was deleted. */
  Sweeping(Sweep sweep, Sweep.Promise promise, Execution execution) {
    this.sweep = sweep;
    this.host = sweep.host();
    this.promise = promise;
    this.basis = promise.basis();
    this.execution = execution;
    requireUnchanged();
    this.openSinceNanos = host.time().monotonicNanos();
    this.open = OpenFiles.keys(host.files());
    open.addAll(promise.rule().open());
    this.list =
        new DeletedList(
            host.state(), host.files(), basis.at(), sweep.action() + " under " + sweep.roots());
  }

  private void requireUnchanged() {
    Checks.require(
        sweep.identities().equals(basis.identities()),
        "the roots are no longer the directories of the preview");
    Duration byWall = Duration.between(basis.at(), host.time().now());
    Duration truly = Duration.ofNanos(host.time().monotonicNanos() - basis.monotonicNanos());
    Checks.require(
        byWall.minus(truly).abs().compareTo(CLOCK_TOLERANCE) < 0,
        "the clock was set since the preview, so ages are no longer what they were");
    Room now = sweep.gauge().get();
    Checks.require(
        now.full() || !basis.room().full(),
        now.name() + " is no longer full, so nothing needs to go");
  }

  /** A hundredth of what was promised; less has changed nothing. */
  private Amount leastGain() {
    Amount promised = promise.amount();
    return basis.room().filesTooMany() > 0
        ? new Amount(Math.max(1, promised.files() / 100), 0)
        : new Amount(1, promised.bytes() / 100);
  }

  ActionReport run() {
    Room before = sweep.gauge().get();
    SafeTree tree = new SafeTree(host.files(), host.workers(), new Holes(host.commands()), rule());
    try {
      sweep.roots().forEach(root -> walk(tree, root));
    } finally {
      finishList();
    }
    ArchivedJournals.Vacuumed journals = vacuum();
    Room after = sweep.gauge().get();
    Amount gone = deleted.amount().plus(journals.amount());
    return ActionReport.of(
        gone.covers(leastGain()) ? Result.DONE : Result.NOTHING_GAINED,
        detail(tree, journals),
        Map.of(before.measured(), (double) before.availableBytes()),
        new TreeMap<>(
            Map.of(
                after.measured(),
                (double) after.availableBytes(),
                "deleted.count",
                (double) gone.files(),
                "deleted.bytes",
                (double) gone.bytes())));
  }

  /** What went before is told, whatever comes of this. */
  private ArchivedJournals.Vacuumed vacuum() {
    try {
      if (promise.journals().isPresent() && !stopped()) {
        return promise.journals().get().vacuum(execution);
      }
    } catch (HealingException e) {
      String problem = "; how much of it went is not known: " + e.getMessage();
      return new ArchivedJournals.Vacuumed(Amount.NONE, problem);
    }
    return new ArchivedJournals.Vacuumed(Amount.NONE, "");
  }

  private void walk(SafeTree tree, Path root) {
    try {
      tree.walk(root, this);
    } catch (RefusedException e) {
      if (deleted.amount().files() == 0) {
        throw e;
      }
      trouble = "; stopped: " + e.getMessage();
    }
  }

  /** As promised, less what has come to be in use or kept since. */
  private SafeTree.Rule rule() {
    SafeTree.Rule then = promise.rule();
    Set<Path> excluded = new HashSet<>(then.excluded());
    excluded.addAll(sweep.excluded());
    return new SafeTree.Rule(
        then.fromNanos(),
        excluded,
        open,
        then.newest(),
        then.knownNanos(),
        then.rotatedOnly(),
        then.tmpfiles());
  }

  @Override
  public SafeTree.Visit enter(SafeTree.Directory directory) {
    Survey.Tally tally = deleted.enter(directory);
    boolean promised = promise.survey().directories().contains(directory.key());
    return new SafeTree.Visit() {
      @Override
      public boolean file(FoundFile file) throws IOException {
        if (stopped()) {
          return false;
        }
        if (promised && !inUse(file) && file.delete()) {
          long files = deleted.add(tally, file);
          if (files % FILES_BETWEEN_WORDS == 0) {
            execution.progress("deleted " + files + " of " + promise.survey().amount());
          }
        }
        return true;
      }

      @Override
      public void leave() {
        deleted.leave(tally);
      }
    };
  }

  /** Or not known not to be. */
  private synchronized boolean inUse(FoundFile file) {
    long nowNanos = host.time().monotonicNanos();
    if (nowNanos - openSinceNanos > OPEN_FILES_STAND.toNanos()) {
      try {
        open.addAll(OpenFiles.keys(host.files()));
        openSinceNanos = nowNanos;
        lookedAgain = true;
      } catch (HealingException e) {
        trouble = "; stopped: " + e.getMessage();
      }
    }
    return stopped()
        || open.contains(file.key())
        || lookedAgain && open.contains(file.in().key()); // before, it would not have been entered
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
    Amount gone = deleted.amount();
    text.append(gone.files()).append(" of ");
    text.append(new Amount(promise.survey().amount().files(), gone.bytes()));
    if (gone.files() > 0) {
      text.append("; ").append(String.join("; ", deleted.lines(host.files())));
      text.append("; listed in ").append(host.state().location()).append("/action.");
      text.append(sweep.action()).append('.').append(DeletedList.FILE);
      text.append(" as run ").append(basis.at());
    }
    if (promise.journals().isPresent()) {
      text.append("; of the journal ").append(journals.amount()).append(journals.problem());
    }
    if (tree.unseen() > 0) {
      text.append("; left out ").append(Sweep.unseen(tree.unseen()));
    }
    return text.append(trouble)
        .append(execution.cancelled() ? "; stopped before the end" : "")
        .toString();
  }
}
