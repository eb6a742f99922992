package dev.healing.actions.nixos.nix;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Sees what comes of a rollback that was begun, and has it undone if nobody else does. */
final class RollbackWatch {
  /** How the scripts begin their last word. */
  private static final String KEPT = "kept";

  private static final String LOST = "could not be undone";

  private final HostContext host;
  private final Rollback rollback;
  private final RollbackUnits units;
  private final NixStore store;
  private final Generations generations;
  private final Map<String, Double> before;

  /** Right before it begins. */
  RollbackWatch(HostContext host, Rollback rollback, RollbackUnits units) {
    this.host = host;
    this.rollback = rollback;
    this.units = units;
    this.store = new NixStore(host);
    this.generations = new Generations(host, store);
    this.before = numbers();
  }

  /**
   * Waits for what comes of it, which needs nothing of us. If we are asked to stop it is left
   * alone: what comes of it is seen by looking again.
   */
  ActionReport settled(Optional<String> complaint, Execution execution) {
    boolean interrupted = Thread.interrupted();
    try {
      if (complaint.isPresent() && nothingWasSwitched()) {
        units.disarm();
      }
      Optional<String> underWay = interrupted ? RollbackUnits.underWay(host) : ended(execution);
      if (underWay.isEmpty() && isSwitched() && !lastWord().startsWith(KEPT)) {
        underWay = interrupted ? underWay : undone(execution);
      }
      if (underWay.isPresent()) {
        return report(Result.DONE, underWay.get() + ", and is left alone");
      }
      String way = "from generation " + rollback.from() + " to " + rollback.to();
      String said = String.join("; ", RollbackScripts.said(host, rollback.from(), rollback.to()));
      if (isSwitched()) {
        return lastWord().startsWith(KEPT)
            ? report(Result.DONE, "switched " + way + "; " + said)
            : report(Result.FAILED, "switched " + way + ", not kept nor undone; " + said);
      }
      return report(
          Result.FAILED,
          "the rollback " + way + " did not last: " + complaint.orElse("") + "; " + said);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until no unit is at work any more; what still is, if it is asked to stop before. */
  private Optional<String> ended(Execution execution) {
    Optional<String> underWay = RollbackUnits.underWay(host);
    while (underWay.isPresent() && execution.pause(Duration.ofSeconds(1))) {
      execution.progress(underWay.get());
      underWay = RollbackUnits.underWay(host);
    }
    return underWay;
  }

  /** Undoes what nobody kept and nobody undid, once; what is still at work, as {@link #ended}. */
  private Optional<String> undone(Execution execution) {
    if (units.undoFailed().isPresent() || lastWord().startsWith(LOST)) {
      return Optional.empty();
    }
    units.undo(rollback);
    return ended(execution);
  }

  private String lastWord() {
    List<String> said = RollbackScripts.said(host, rollback.from(), rollback.to());
    return said.isEmpty() ? "" : said.get(said.size() - 1);
  }

  /** Whether nothing needs to be undone, because the unit never came to anything. */
  private boolean nothingWasSwitched() {
    return units.onlyArmed()
        && generations.named().equals(Optional.of(rollback.from()))
        && store.target(NixStore.RUNNING).equals(Optional.of(rollback.left()));
  }

  private boolean isSwitched() {
    Optional<String> system = Optional.of(rollback.system());
    return store.target(NixStore.PROFILE).equals(system)
        && store.target(NixStore.RUNNING).equals(system);
  }

  private ActionReport report(Result result, String detail) {
    return ActionReport.of(result, detail, before, numbers());
  }

  /** What can be told in numbers; what systemd does not say is left out. */
  private TreeMap<String, Double> numbers() {
    TreeMap<String, Double> numbers = new TreeMap<>();
    generations.named().ifPresent(number -> numbers.put("generation", (double) number));
    try {
      numbers.put("failed.units", (double) host.systemd().failedUnits().size());
    } catch (HostException e) {
      return numbers;
    }
    return numbers;
  }
}
