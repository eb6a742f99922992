package dev.healing.core.calls;

import dev.healing.api.Decision.Judgement;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import dev.healing.core.calls.PluginCalls.Call;
import dev.healing.core.guard.Patience;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Planner;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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

  private record Fault(String why, long atNanos) {}

  private final TimeSource time;
  private final Inbox inbox;
  private final ActionHistory history;
  private final Plugins.Named<Planner> builtIn;
  private final PluginCalls calls;
  private final Map<String, Fault> faults = new HashMap<>();
  private List<Consultation> waiting = new ArrayList<>();
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
    Consultation question = consultation(matter, state, Optional.empty(), then);
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
    Consultation question = consultation(matter, state, Optional.of(preview), then);
    question.plans(plan);
    question.askGuards(plugins.guards());
    ask(question);
  }

  private Consultation consultation(
      Matter matter, HostState state, Optional<Preview> preview, Consumer<Advice> then) {
    return new Consultation(matter, state, preview, then, time, history, builtIn.plugin());
  }

  private void ask(Consultation question) {
    if (waiting.isEmpty()) {
      inbox.post(this::begin); // when all of this turn have been asked
    }
    waiting.add(question);
  }

  private void begin() {
    if (calls.busy() || waiting.isEmpty()) {
      return;
    }
    List<Consultation> asked = waiting;
    waiting = new ArrayList<>();
    List<Call> all = new ArrayList<>();
    asked.forEach(question -> all.addAll(question.calls));
    calls.begin(all, () -> inbox.post(() -> answered(asked)));
  }

  private void answered(List<Consultation> asked) {
    calls.ended();
    for (Consultation question : asked) {
      question.calls.forEach(call -> faults.remove(call.plugin()));
    }
    for (Consultation question : asked) {
      question.faults.forEach((plugin, why) -> faults.put(plugin, new Fault(why, now())));
      Advice advice = question.advice();
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
}
