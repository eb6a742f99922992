package dev.healing.core.calls;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Decision.Judgement;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import dev.healing.api.Verdict;
import dev.healing.core.calls.PluginCalls.Call;
import dev.healing.core.guard.Patience;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.Guard;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Planner;
import dev.healing.spi.Proposal;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What plugins say about incidents: which actions can be used here, how likely they are to heal, in
 * which order they should be tried, and whether a plugin's guard objects.
 *
 * <p>All that is asked in a turn is asked in one round on a worker. One plugin that does not work
 * costs its own word only: an action is left out, a confidence is unknown, the built-in planner
 * plans, a guard has said no; and it is named.
 */
public final class Counsel {
  private static final Duration FAULTS_KEPT = Duration.ofMinutes(1);

  /**
   * An action that may be considered.
   *
   * @param remedy the action
   * @param objection why the engine does not want it now
   */
  public record Option(Plugins.Remedy remedy, Optional<String> objection) {}

  /**
   * What was asked: an answer to anything else is none.
   *
   * @param incident about which
   * @param origin on whose word it would be done
   */
  public record Matter(Incident incident, Origin origin) {}

  /**
   * What plugins say.
   *
   * @param plan what would be tried
   * @param judgements of plugins' guards; none if the plan is empty
   */
  public record Advice(HealingPlan plan, List<Judgement> judgements) {}

  /** What is known of an action. */
  private record Known(Confidence confidence, Optional<Standing> standing) {
    Known {
      Objects.requireNonNull(confidence, "it returned null");
      Objects.requireNonNull(standing, "it returned null");
    }
  }

  private record Fault(String why, long atNanos) {}

  private final TimeSource time;
  private final Inbox inbox;
  private final ActionHistory history;
  private final Plugins.Named<Planner> builtIn;
  private final PluginCalls calls;
  private final Map<String, Fault> faults = new HashMap<>();
  private List<Question> waiting = new ArrayList<>();
  private Plugins plugins;

  /**
   * Has asked nothing yet.
   *
   * @param builtIn the planner that plans if no plugin does, or the one that does is at fault
   */
  public Counsel(
      TimeSource time,
      Workers workers,
      Inbox inbox,
      ActionHistory history,
      Planner builtIn,
      Plugins plugins) {
    this.time = time;
    this.inbox = inbox;
    this.history = history;
    this.builtIn = new Plugins.Named<>("ladder", builtIn);
    this.calls = new PluginCalls("counsel", time, workers);
    this.plugins = plugins;
  }

  /** Goes on with other plugins. */
  public void use(Plugins newPlugins) {
    plugins = newPlugins;
    calls.startAnew();
    faults.clear();
  }

  /** Whether guards of plugins have a word. */
  public boolean guarded() {
    return !plugins.guards().isEmpty();
  }

  /**
   * Asks for a plan and what guards of plugins say to it.
   *
   * @param patience whether and how long it may be left alone
   * @param then is given the advice, on the engine's thread
   */
  public void plan(
      Matter matter,
      List<Option> options,
      HostState state,
      Optional<Patience> patience,
      Consumer<Advice> then) {
    Question question = new Question(matter, state, Optional.empty(), then);
    Plugins.Named<KnowledgeBase> knowledge = plugins.knowledge();
    if (!options.isEmpty()) {
      patience.ifPresent(patient -> question.askWhetherToWait(patient, knowledge));
    }
    options.forEach(option -> question.askAbout(option, knowledge));
    question.askForPlan(plugins.planner().orElse(builtIn), patience);
    question.askGuards(plugins.guards());
    ask(question);
  }

  /**
   * Asks what guards of plugins say to exactly this.
   *
   * @param then is given the advice, on the engine's thread
   */
  public void judge(
      Matter matter, HealingPlan plan, Preview preview, HostState state, Consumer<Advice> then) {
    Question question = new Question(matter, state, Optional.of(preview), then);
    question.plan = plan;
    question.askGuards(plugins.guards());
    ask(question);
  }

  private void ask(Question question) {
    if (waiting.isEmpty()) {
      inbox.post(this::begin); // when all of this turn have been asked
    }
    waiting.add(question);
  }

  private void begin() {
    if (calls.busy() || waiting.isEmpty()) {
      return;
    }
    List<Question> asked = waiting;
    waiting = new ArrayList<>();
    List<Call> all = new ArrayList<>();
    asked.forEach(question -> all.addAll(question.calls));
    calls.begin(all, () -> inbox.post(() -> answered(asked)));
  }

  private void answered(List<Question> asked) {
    calls.ended();
    for (Question question : asked) {
      question.calls.forEach(call -> faults.remove(call.plugin()));
    }
    for (Question question : asked) {
      question.faults.forEach((plugin, why) -> faults.put(plugin, new Fault(why, now())));
      Advice advice = new Advice(Objects.requireNonNull(question.plan), question.judgements);
      inbox.post(() -> question.then.accept(advice));
    }
    begin();
  }

  /** As {@link PluginCalls#enforce}. */
  public Optional<Duration> enforce(Duration deadline) {
    return calls.enforce(deadline);
  }

  /** What is wrong with the plugins that were asked, by {@code kind:name}. */
  public Map<String, String> faults() {
    if (faults.isEmpty()) {
      return Map.of();
    }
    faults.values().removeIf(fault -> now() - fault.atNanos() > FAULTS_KEPT.toNanos());
    return faults.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, fault -> fault.getValue().why()));
  }

  private long now() {
    return time.monotonicNanos();
  }

  /** The calls that answer one question. What it collects belongs to the worker that makes them. */
  private final class Question {
    private final Matter matter;
    private final HostState state;
    private final Optional<Preview> preview;
    private final Consumer<Advice> then;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, String> faults = new HashMap<>();
    private final Map<ActionId, Optional<String>> unavailable = new HashMap<>();
    private final List<Planner.Candidate> candidates = new ArrayList<>();
    private final List<Judgement> judgements = new ArrayList<>();
    private Optional<SelfRecovery> leftAlone = Optional.empty();
    private @Nullable HealingPlan plan;

    Question(Matter matter, HostState state, Optional<Preview> preview, Consumer<Advice> then) {
      this.matter = matter;
      this.state = state;
      this.preview = preview;
      this.then = then;
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
          fault -> builtIn.plugin().plan(matter.incident(), state, candidates));
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

  /** What is asked of a plugin. */
  @FunctionalInterface
  private interface Asked<T> {
    T ask();
  }
}
