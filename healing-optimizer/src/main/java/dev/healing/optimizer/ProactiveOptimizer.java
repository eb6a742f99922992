package dev.healing.optimizer;

import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.optimizer.Appraisal.Appraised;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.Optimizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Asks every finder, has measured what each find would bring, ranks them by score with what was
 * learned of their kind, and has the best done when it is time: at most three a cycle, one of a
 * kind.
 *
 * <p>Equal scores are told apart by id, so that the order is the same every time.
 */
final class ProactiveOptimizer implements Optimizer {
  private static final System.Logger LOG = System.getLogger(ProactiveOptimizer.class.getName());
  private static final Duration CYCLE = Duration.ofMinutes(5);
  private static final int MOST_AT_ONCE = 3;
  private static final Comparator<Opportunity> BEST_FIRST =
      Comparator.comparingDouble(Opportunity::score).reversed().thenComparing(Opportunity::id);

  private final HostContext host;
  private final Healer own;
  private final List<Finder> finders;
  private final double minScore;
  private final Experience experience;
  private final BusyByHour hours;
  private final Appraisal appraisal;
  private final Timing timing;
  private Optional<Long> cycledNanos = Optional.empty();

  ProactiveOptimizer(
      HostContext host,
      Healer own,
      List<Finder> finders,
      double minScore,
      int healthFloor,
      Windows windows,
      Duration cachesEvery,
      boolean byItself) {
    this.host = host;
    this.own = own;
    this.finders = List.copyOf(finders);
    this.minScore = minScore;
    this.experience = new Experience(host.state());
    this.hours = new BusyByHour(host.state(), windows.zone());
    this.appraisal = new Appraisal(own, host.time(), experience, cachesEvery);
    this.timing =
        new Timing(host.time(), byItself, healthFloor, windows, hours, experience, cachesEvery);
  }

  @Override
  public List<Opportunity> findOpportunities(HostState state) {
    return appraised(state).stream().map(Appraised::opportunity).toList();
  }

  private List<Appraised> appraised(HostState state) {
    List<Appraised> worthIt = new ArrayList<>();
    for (Finder finder : finders) {
      for (Opportunity found : finder.look(state).opportunities()) {
        Opportunity believed = believed(found, state);
        if (believed.score() >= minScore
            && timing.due(found.type(), state.at())) { // what is not worth it need not be measured
          appraisal.of(believed, state).map(a -> timed(a, state)).ifPresent(worthIt::add);
        }
      }
    }
    worthIt.sort(Comparator.comparing(Appraised::opportunity, BEST_FIRST));
    return worthIt;
  }

  private Opportunity believed(Opportunity found, HostState state) {
    return found.believed(experience.confidence(found, state.at()), experience.last(found.id()));
  }

  private Appraised timed(Appraised found, HostState state) {
    Opportunity it = found.opportunity();
    StringBuilder because = new StringBuilder();
    Optional<String> waits = timing.notNow(it, found.heavy(), state, because);
    String learned = because.isEmpty() ? "" : "; " + because;
    Issue issue = it.issue().telling(it.issue().description() + learned, Map.of());
    return new Appraised(it.measured(issue, it.benefit()).waiting(waits.orElse("")), found.heavy());
  }

  @Override
  public void cycle(HostState state, boolean acts) {
    hours.learn(state);
    long now = host.time().monotonicNanos();
    if (cycledNanos.filter(last -> now - last < CYCLE.toNanos()).isPresent()) {
      return;
    }
    cycledNanos = Optional.of(now);
    Set<OptimizationType> kinds = EnumSet.noneOf(OptimizationType.class);
    for (Appraised found : appraised(state)) {
      boolean wanted = acts && found.opportunity().waits().isEmpty();
      if (wanted && kinds.size() < MOST_AT_ONCE && kinds.add(found.opportunity().type())) {
        take(found);
      }
    }
  }

  private void take(Appraised found) {
    Opportunity opportunity = found.opportunity();
    timing.tried(opportunity.type());
    Busy busy = new Busy();
    Supplier<Optional<String>> stop =
        found.heavy() ? () -> busy.reason().or(timing::windowClosed) : Optional::empty;
    learn(
        opportunity,
        own.heal(
            opportunity.issue(),
            opportunity.action(),
            new OpportunityValidator(
                finder(opportunity).orElseThrow(), opportunity.issue(), busy::see),
            stop));
  }

  @Override
  public CompletionStage<Receipt> apply(Opportunity opportunity, Healer healer) {
    if (opportunity.advice().isPresent()) {
      return refused(
          "opportunity " + opportunity.id() + " is for a person to do: " + inWords(opportunity));
    }
    Optional<Finder> finder = finder(opportunity);
    if (finder.isEmpty()) {
      return refused(
          "opportunity "
              + opportunity.id()
              + " is "
              + opportunity.type()
              + ": expected one of "
              + finders.stream().map(Finder::type).distinct().toList()
              + "; apply one that was found here");
    }
    return learn(
        opportunity,
        healer.heal(
            opportunity.issue(),
            opportunity.action(),
            new OpportunityValidator(finder.get(), opportunity.issue(), state -> {})));
  }

  private static CompletionStage<Receipt> refused(String why) {
    return CompletableFuture.failedFuture(new RefusedException(why));
  }

  private static String inWords(Opportunity opportunity) {
    Opportunity.Advice advice = opportunity.advice().orElseThrow();
    return "put this into "
        + advice.path()
        + ", if you agree:\n\n"
        + advice.text()
        + "\n"
        + advice.then();
  }

  private Optional<Finder> finder(Opportunity opportunity) {
    return finders.stream().filter(f -> f.type() == opportunity.type()).findFirst();
  }

  private CompletionStage<Receipt> learn(Opportunity taken, CompletionStage<Receipt> outcome) {
    return outcome.thenApply(
        receipt -> {
          appraisal.forget(taken.id());
          remember(taken, receipt);
          return receipt;
        });
  }

  private void remember(Opportunity taken, Receipt receipt) {
    try {
      experience.add(taken, receipt);
    } catch (HealingException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "what came of opportunity " + taken.id() + " is not remembered: " + e.getMessage());
    }
  }
}
