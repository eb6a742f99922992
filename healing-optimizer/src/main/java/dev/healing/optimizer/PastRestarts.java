package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Opportunity;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.spi.Healer;
import dev.healing.spi.TimeSource;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was healed by restarting services in the last thirty days. It is read from the audit, which
 * may be megabytes: anew only every half hour. Safe for several threads.
 */
final class PastRestarts {
  static final Duration WINDOW = Duration.ofDays(30);
  private static final int MOST = 500;
  private static final Duration HOLDS = Duration.ofMinutes(30);
  private static final Set<ActionId> RESTARTS =
      Set.of(ActionId.RESTART_SERVICE, ActionId.REPAIR_SERVICE, ActionId.FREE_MEMORY);

  private final Healer healer;
  private final TimeSource time;
  private List<Receipt> restarts = List.of();
  private Optional<Long> readNanos = Optional.empty();

  PastRestarts(Healer healer, TimeSource time) {
    this.healer = healer;
    this.time = time;
  }

  /** Restarts that healed, newest first. */
  private synchronized Stream<Receipt> restarts(Instant now, Predicate<Receipt> which) {
    boolean fresh =
        readNanos.filter(at -> time.monotonicNanos() - at < HOLDS.toNanos()).isPresent();
    if (!fresh) {
      try {
        restarts =
            healer.history(MOST).stream()
                .filter(receipt -> RESTARTS.contains(receipt.action()))
                .filter(receipt -> receipt.outcome() == Outcome.HEALED)
                .filter(receipt -> receipt.target().endsWith(".service"))
                .toList();
      } catch (HealingException e) {
        restarts = List.of(); // what cannot be read proves nothing
      }
      readNanos = Optional.of(time.monotonicNanos());
    }
    Instant from = now.minus(WINDOW);
    return restarts.stream().filter(receipt -> receipt.finishedAt().isAfter(from)).filter(which);
  }

  /** Advises about one service, by its restarts, newest first. */
  interface Advisor {
    /** Empty if there is nothing to advise. */
    Optional<Opportunity> advise(String unit, List<Receipt> restarts);
  }

  /**
   * What is advised about those services that were restarted so often. One of which it cannot be
   * told now is not judged.
   */
  Finder.Findings advised(Instant now, Predicate<Receipt> which, int from, Advisor advisor) {
    List<Opportunity> found = new ArrayList<>();
    Set<String> judged = new HashSet<>();
    Map<String, List<Receipt>> byUnit =
        restarts(now, which)
            .collect(Collectors.groupingBy(Receipt::target, TreeMap::new, Collectors.toList()));
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
}
