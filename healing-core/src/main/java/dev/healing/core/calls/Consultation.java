package dev.healing.core.calls;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Decision.Judgement;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Preview;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import dev.healing.api.Verdict;
import dev.healing.core.calls.Counsel.Advice;
import dev.healing.core.calls.Counsel.Matter;
import dev.healing.core.calls.Counsel.Option;
import dev.healing.core.calls.PluginCalls.Call;
import dev.healing.core.guard.Patience;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.Guard;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Planner;
import dev.healing.spi.Proposal;
import dev.healing.spi.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The calls that answer one question, in the order in which they are made. What it collects belongs
 * to the worker that makes them.
 */
final class Consultation {
  /** What is known of an action. */
  private record Known(Confidence confidence, Optional<Standing> standing) {
    Known {
      Objects.requireNonNull(confidence, "it returned null");
      Objects.requireNonNull(standing, "it returned null");
    }
  }

  /** What is asked of a plugin. */
  @FunctionalInterface
  private interface Asked<T> {
    T ask();
  }

  private final Matter matter;
  private final HostState state;
  private final Optional<Preview> preview;
  private final TimeSource time;
  private final ActionHistory history;
  private final Planner builtIn;
  final Consumer<Advice> then;
  final List<Call> calls = new ArrayList<>();
  final Map<String, String> faults = new HashMap<>();
  private final Map<ActionId, Optional<String>> unavailable = new HashMap<>();
  private final List<Planner.Candidate> candidates = new ArrayList<>();
  private final List<Judgement> judgements = new ArrayList<>();
  private Optional<SelfRecovery> leftAlone = Optional.empty();
  private @Nullable HealingPlan plan;

  /**
   * Asks nothing yet.
   *
   * @param preview exactly what would be done, if that is known
   * @param then is given the advice
   * @param builtIn the planner that plans if the one that is asked is at fault
   */
  Consultation(
      Matter matter,
      HostState state,
      Optional<Preview> preview,
      Consumer<Advice> then,
      TimeSource time,
      ActionHistory history,
      Planner builtIn) {
    this.matter = matter;
    this.state = state;
    this.preview = preview;
    this.then = then;
    this.time = time;
    this.history = history;
    this.builtIn = builtIn;
  }

  /** What would be tried is known. */
  void plans(HealingPlan known) {
    plan = known;
  }

  /** What all that were asked have said. */
  Advice advice() {
    return new Advice(Objects.requireNonNull(plan), judgements);
  }

  /** What becomes of it if nothing is done: asked before anything that depends on it. */
  void askWhetherToWait(Patience patience, Plugins.Named<KnowledgeBase> knowledge) {
    this.<Optional<SelfRecovery>>call(
        "knowledge:" + knowledge.name(),
        () ->
            knowledge
                .plugin()
                .selfRecovery(matter.incident().fingerprint(), patience.soFar(), patience.most()),
        answer -> leftAlone = answer,
        fault -> Optional.empty());
  }

  /** Whether to act now on what is planned. */
  private void bePatient(Patience patience, HealingPlan planned) {
    if (leftAlone.isPresent() && !planned.empty()) {
      ActionId next = planned.next().action().id();
      Optional<String> needless =
          candidates.stream()
              .filter(candidate -> candidate.action().id().equals(next))
              .filter(Planner.Candidate::needless)
              .map(candidate -> next.name())
              .findFirst();
      judgements.add(patience.judge(leftAlone.orElseThrow(), needless, time.now()));
    }
  }

  /** Whether the action can be used here, and how likely it is to heal. */
  void askAbout(Option option, Plugins.Named<KnowledgeBase> knowledge) {
    ActionId action = option.remedy().description().id();
    if (option.objection().isPresent()) {
      unavailable.put(action, option.objection());
    } else {
      call(
          "action:" + action,
          () -> option.remedy().action().unavailable(),
          why -> unavailable.put(action, why),
          fault -> Optional.of("cannot say whether it can be used: it " + fault));
    }
    call(
        "knowledge:" + knowledge.name(),
        () ->
            new Known(
                knowledge.plugin().confidence(matter.incident().fingerprint(), action),
                knowledge.plugin().standing(matter.incident().issue().type(), action)),
        known ->
            candidates.add(
                new Planner.Candidate(
                    option.remedy().description(),
                    known.confidence(),
                    Objects.requireNonNull(unavailable.get(action)),
                    leftAlone,
                    known.standing())),
        fault -> new Known(Confidence.UNKNOWN, Optional.empty()));
  }

  void askForPlan(Plugins.Named<Planner> planner, Optional<Patience> patience) {
    call(
        "planner:" + planner.name(),
        () -> asOffered(planner.plugin().plan(matter.incident(), state, List.copyOf(candidates))),
        answer -> {
          plan = answer;
          patience.ifPresent(patient -> bePatient(patient, answer));
        },
        fault -> builtIn.plan(matter.incident(), state, candidates));
  }

  /**
   * A planner chooses and orders what it was offered. What an action is, and so how dangerous, is
   * not for it to say.
   */
  private HealingPlan asOffered(HealingPlan proposed) {
    Map<ActionId, Planner.Candidate> usable = new HashMap<>();
    for (Planner.Candidate candidate : candidates) {
      if (candidate.unavailable().isEmpty()) {
        usable.put(candidate.action().id(), candidate);
      }
    }
    List<HealingPlan.Step> steps = new ArrayList<>();
    for (HealingPlan.Step step : proposed.actions()) {
      Planner.Candidate offered = usable.get(step.action().id());
      if (offered == null) {
        throw new IllegalStateException(
            "it plans " + step.action().id() + ", which was not offered as usable");
      }
      steps.add(new HealingPlan.Step(offered.action(), offered.confidence(), offered.standing()));
    }
    if (proposed.reason().isBlank()) {
      throw new IllegalStateException("it gives no reason");
    }
    return new HealingPlan(
        matter.incident().issue(), steps, proposed.rejected(), proposed.reason());
  }

  void askGuards(Map<String, Guard> guards) {
    guards.forEach(
        (name, guard) ->
            call(
                "guard:" + name,
                () -> judgement(guard),
                verdict -> judgements.add(new Judgement(name, verdict)),
                fault -> Verdict.deny("guard '" + name + "' " + fault + "; that counts as no")));
  }

  private Verdict judgement(Guard guard) {
    HealingPlan proposed = Objects.requireNonNull(plan);
    if (proposed.empty()) {
      return Verdict.proceed("nothing is proposed");
    }
    return guard.judge(
        new Proposal(
            time.now(), matter.incident(), proposed, preview, matter.origin(), state, history));
  }

  private <T> void call(
      String plugin, Asked<T> asked, Consumer<T> keep, Function<String, T> otherwise) {
    calls.add(
        new Call() {
          private @Nullable T answer;

          @Override
          public String plugin() {
            return plugin;
          }

          @Override
          public void ask() {
            answer = Objects.requireNonNull(asked.ask(), "it returned null");
          }

          @Override
          public void answered() {
            keep.accept(Objects.requireNonNull(answer));
          }

          @Override
          public void failed(String why) {
            faults.put(plugin, why);
            keep.accept(otherwise.apply(why));
          }
        });
  }
}
