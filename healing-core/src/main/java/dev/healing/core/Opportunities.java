package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Benefit;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Opportunity;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.core.calls.Inquiries;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.Detector;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.Optimizer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What the optimizer finds worth doing, and how it has that done: through the loop, each as an
 * incident of its own that is validated by what it brings along. As a {@link Healer} it acts on the
 * program's own word. Safe for several threads.
 */
final class Opportunities implements Healer {
  private static final Supplier<Optional<String>> NEVER = Optional::empty;

  /** Actions work out what they would do: as long as for a decision. */
  private static final Duration TO_PREPARE = Duration.ofMinutes(2);

  /** Has the loop open an incident with a validator, and heal it. */
  @FunctionalInterface
  interface Opening {
    void open(
        Issue issue, Detector validator, Supplier<Optional<String>> stop, Tracked.Request request);
  }

  private final HostContext host;
  private final Inquiries inquiries;
  private final Supplier<Plugins> plugins;
  private final Opening loop;

  /**
   * Asks nothing yet.
   *
   * @param plugins those in use: a reload may change them
   */
  Opportunities(HostContext host, Inquiries inquiries, Supplier<Plugins> plugins, Opening loop) {
    this.host = host;
    this.inquiries = inquiries;
    this.plugins = plugins;
    this.loop = loop;
  }

  /** As {@link HealingEngine#opportunities}. */
  List<Opportunity> in(HostState state) {
    Optimizer optimizer = optimizer();
    return inquiries.ask("optimizer", TO_PREPARE, () -> optimizer.findOpportunities(state));
  }

  /** As {@link HealingEngine#apply}; asks for so long at most. */
  CompletionStage<Receipt> apply(Opportunity opportunity, Duration patience) {
    Optimizer optimizer = optimizer();
    Healer asked =
        (issue, action, validator) -> take(issue, action, validator, NEVER, Origin.REQUESTED);
    return inquiries.ask("optimizer", patience, () -> optimizer.apply(opportunity, asked));
  }

  private Optimizer optimizer() {
    return plugins
        .get()
        .optimizer()
        .orElseThrow(() -> new HealingException("there is no optimizer among the plugins"));
  }

  @Override
  public CompletionStage<Receipt> heal(Issue issue, Optional<ActionId> action, Detector validator) {
    return heal(issue, action, validator, NEVER);
  }

  @Override
  public CompletionStage<Receipt> heal(
      Issue issue, Optional<ActionId> action, Detector validator, Supplier<Optional<String>> stop) {
    return take(issue, action, validator, stop, Origin.AUTOMATIC);
  }

  /** Nothing is wrong, and so it is told, whether its optimizer measures what it brings or not. */
  private CompletionStage<Receipt> take(
      Issue issue,
      Optional<ActionId> action,
      Detector validator,
      Supplier<Optional<String>> stop,
      Origin origin) {
    return heal(Benefit.opportunity(issue), action, validator, stop, origin);
  }

  /** As {@link HealingEngine#heal(Issue, Optional, Detector)}: something is wrong. */
  CompletionStage<Receipt> found(Issue issue, Optional<ActionId> action, Detector validator) {
    return heal(Benefit.problem(issue), action, validator, NEVER, Origin.AUTOMATIC);
  }

  private CompletionStage<Receipt> heal(
      Issue issue,
      Optional<ActionId> action,
      Detector validator,
      Supplier<Optional<String>> stop,
      Origin origin) {
    Tracked.Request request = Tracked.Request.on(origin, action);
    loop.open(issue, validator, stop, request);
    return onWorker(request.answer());
  }

  /** Plugins are not called on the engine's thread by way of a stage either. */
  private CompletionStage<Receipt> onWorker(CompletionStage<Receipt> answer) {
    CompletableFuture<Receipt> passedOn = new CompletableFuture<>();
    answer.whenComplete(
        (receipt, fault) -> {
          Runnable complete =
              () -> {
                if (fault == null) {
                  passedOn.complete(receipt);
                } else {
                  passedOn.completeExceptionally(fault);
                }
              };
          try {
            host.workers().start("answer", complete);
          } catch (HostException e) {
            complete.run(); // where there are no threads: late is better than never
          }
        });
    return passedOn;
  }

  @Override
  public Optional<Preview> preview(Issue issue, ActionId action, HostState state) {
    Plugins now = plugins.get();
    Plugins.Remedy remedy =
        now.remedy(action)
            .orElseThrow(
                () -> new RefusedException("there is no action " + action + " among the plugins"));
    now.unusable(action.name())
        .ifPresent(
            why -> {
              throw new RefusedException(why);
            });
    return Optional.of(
        inquiries.ask(
            "action:" + action, TO_PREPARE, () -> remedy.action().prepare(issue, state).preview()));
  }
}
