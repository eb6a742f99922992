package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Opportunity;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.spi.Healer;
import dev.healing.spi.Optimizer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks every finder, ranks what they found by score, and has the chosen one done by the healer that
 * comes with it; nothing by itself.
 *
 * <p>Equal scores are told apart by id, so that the order is the same every time.
 */
final class ProactiveOptimizer implements Optimizer {
  private static final Comparator<Opportunity> BEST_FIRST =
      Comparator.comparingDouble(Opportunity::score).reversed().thenComparing(Opportunity::id);

  private final List<Finder> finders;
  private final double minScore;

  ProactiveOptimizer(List<Finder> finders, double minScore) {
    this.finders = List.copyOf(finders);
    this.minScore = minScore;
  }

  @Override
  public List<Opportunity> findOpportunities(HostState state) {
    return finders.stream()
        .flatMap(finder -> finder.look(state).opportunities().stream())
        .filter(opportunity -> opportunity.score() >= minScore)
        .sorted(BEST_FIRST)
        .toList();
  }

  @Override
  public CompletionStage<Receipt> apply(Opportunity opportunity, Healer healer) {
    Optional<Finder> finder =
        finders.stream().filter(f -> f.type() == opportunity.type()).findFirst();
    if (finder.isEmpty()) {
      return CompletableFuture.failedFuture(
          new RefusedException(
              "opportunity "
                  + opportunity.id()
                  + " is "
                  + opportunity.type()
                  + ": expected one of "
                  + finders.stream().map(Finder::type).toList()
                  + "; apply one that was found here"));
    }
    return healer.heal(
        opportunity.issue(),
        Optional.of(opportunity.action()),
        new OpportunityValidator(finder.get(), opportunity.issue()));
  }
}
