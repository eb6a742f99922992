package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Opportunity;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What was healed by restarting services in the last thirty days. */
final class PastRestarts {
  static final Duration WINDOW = Duration.ofDays(30);
  private static final Set<ActionId> RESTARTS =
      Set.of(ActionId.RESTART_SERVICE, ActionId.REPAIR_SERVICE, ActionId.FREE_MEMORY);

  private PastRestarts() {}

  /** Advises about one service, by its restarts, newest first. */
  interface Advisor {
    /** Empty if there is nothing to advise. */
    Optional<Opportunity> advise(String unit, List<OwnAction> restarts);
  }

  /**
   * What is advised about those services that were restarted so often. One of which it cannot be
   * told now is not judged.
   */
  static Finder.Findings advised(
      HostState state, Predicate<OwnAction> which, int from, Advisor advisor) {
    List<Opportunity> found = new ArrayList<>();
    Set<String> judged = new HashSet<>();
    Instant since = state.at().minus(WINDOW);
    List<OwnAction> newestFirst = new ArrayList<>();
    for (OwnAction action : state.ownActions()) {
      if (healed(action) && end(action).isAfter(since) && which.test(action)) {
        newestFirst.add(action);
      }
    }
    newestFirst.sort((one, other) -> end(other).compareTo(end(one)));
    Map<String, List<OwnAction>> byUnit = new TreeMap<>();
    for (OwnAction restart : newestFirst) {
      byUnit.computeIfAbsent(restart.target(), unit -> new ArrayList<>()).add(restart);
    }
    byUnit.forEach(
        (unit, restarts) -> {
          if (restarts.size() >= from) {
            try {
              advisor.advise(unit, restarts).ifPresent(found::add);
              judged.add(unit);
            } catch (HostException e) {
              // Not known now.
            }
          }
        });
    return new Finder.Findings(found, judged);
  }

  private static boolean healed(OwnAction action) {
    return RESTARTS.contains(action.action())
        && action.outcome().filter(outcome -> outcome == Outcome.HEALED).isPresent()
        && action.target().endsWith(".service");
  }

  /** When it was done; what has an outcome has ended. */
  static Instant end(OwnAction restart) {
    return restart.endedAt().orElse(restart.startedAt());
  }
}
