package dev.healing.core.plugins;

import static java.util.Comparator.naturalOrder;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.api.Verdict;
import dev.healing.core.guard.Patience;
import dev.healing.core.guard.SafetyGuards;
import dev.healing.core.guard.Settings;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Guard;
import dev.healing.spi.GuardProvider;
import dev.healing.spi.Healer;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.Listener;
import dev.healing.spi.ListenerProvider;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import dev.healing.spi.Planner;
import dev.healing.spi.PlannerProvider;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The plugins of an engine, made, named and configured. */
public final class Plugins {
  /**
   * A healing action with what the configuration allows it.
   *
   * @param action the plugin
   * @param description what it says of itself
   * @param ceiling how far it may go by itself
   * @param unprivileged why it cannot work for want of privileges
   */
  public record Remedy(
      HealingAction action,
      ActionDescription description,
      Autonomy ceiling,
      Optional<String> unprivileged) {}

  /** The plugin of a kind of which there is one, with its name. */
  public record Named<T>(String name, T plugin) {}

  private final Map<String, Sampler> samplers;
  private final Map<String, Detector> detectors;
  private final Map<IssueType, String> detectorOf = new HashMap<>();
  private final Map<ActionId, Remedy> remedies = new TreeMap<>();
  private final Map<String, Guard> guards;
  private final Optional<Named<Planner>> planner;
  private final Named<KnowledgeBase> knowledge;
  private final Map<String, Trigger> triggers;
  private final Map<String, Listener> listeners;
  private final Optional<Optimizer> optimizer;
  private final Workers workers;
  private final Duration deadline;
  private final List<Found> known = new ArrayList<>();

  /**
   * Makes all plugins; changes and starts nothing.
   *
   * @param memory what they remember of before a reload
   * @throws ConfigurationException with all problems at once
   */
  public Plugins(
      Registry registry,
      HostContext host,
      Memory memory,
      Settings settings,
      Configuration configuration,
      Healer healer) {
    workers = host.workers();
    deadline = settings.pluginDeadline();
    List<String> problems = new ArrayList<>();
    var make =
        new PluginMaker(
            registry,
            registry.loader(settings.pluginDirectory(), problems),
            host,
            settings.protection(),
            memory,
            configuration,
            known,
            problems,
            settings.patience());
    samplers = make.all("sampler", "samplers", SamplerProvider.class);
    detectors = make.all("detector", "detectors", DetectorProvider.class);
    detectors.putAll(make.defined(measured()));
    Map<String, HealingAction> actions = make.all("action", "actions", ActionProvider.class);
    guards = make.all("guard", "guards", GuardProvider.class);
    guards.forEach(
        (name, guard) -> {
          if (SafetyGuards.NAMES.contains(name) || name.equals(Patience.NAME)) {
            problems.add(
                "two plugins of kind guard are named '"
                    + name
                    + "': the engine's own in "
                    + SafetyGuards.class.getName()
                    + " and "
                    + Registry.origin(guard)
                    + ". Give yours another name");
          }
        });
    known.stream()
        .filter(one -> one.is("guard", Found.State.SKIPPED))
        .forEach(one -> guards.put(one.name(), missing(one)));
    Map<String, Planner> planners = make.all("planner", "planner", PlannerProvider.class);
    Map<String, KnowledgeBase> bases =
        make.all("knowledge", "knowledge", KnowledgeBaseProvider.class);
    triggers = make.all("trigger", "triggers", TriggerProvider.class);
    listeners = make.all("listener", "listeners", ListenerProvider.class);
    Map<String, Optimizer> optimizers =
        make.all(
            "optimizer",
            "optimizer",
            OptimizerProvider.class,
            OptimizerProvider::name,
            (provider, context) -> provider.create(context, healer));
    optimizer = onlyOne("optimizer", optimizers, problems).map(Named::plugin);
    planner = onlyOne("planner", planners, problems);
    Optional<Named<KnowledgeBase>> base = onlyOne("knowledge", bases, problems);
    if (base.isEmpty()) {
      noKnowledge(configuration, problems);
    }
    actions.forEach((name, action) -> addRemedy(name, action, host, configuration, problems));
    problems.addAll(configuration.problems());
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    knowledge = base.orElseThrow();
    detectors.forEach(
        (name, detector) ->
            reports(name, detector).forEach(type -> detectorOf.putIfAbsent(type, name)));
  }

  /** Where it was switched off, by whoever wrote that; else by whoever has put this together. */
  private void noKnowledge(Configuration configuration, List<String> problems) {
    List<Found> off = known.stream().filter(one -> one.is("knowledge", Found.State.OFF)).toList();
    Configuration section = configuration.section("knowledge");
    off.forEach(
        one ->
            section.contradiction(
                one.name(), "it to be on, or another knowledge base: nothing works without one"));
    if (off.isEmpty()) {
      problems.add(
          "no knowledge base is in use: put dev.healing:healing-learning on the class or module"
              + " path, or register one with the engine's builder");
    }
  }

  /** Nobody knows what it would have forbidden: until it is there, it says no to everything. */
  private static Guard missing(Found one) {
    String why = one.problem().orElse("it could not be made") + "; that counts as no";
    return proposal -> Verdict.deny(why);
  }

  private static <T> Optional<Named<T>> onlyOne(
      String kind, Map<String, T> plugins, List<String> problems) {
    if (plugins.size() > 1) {
      problems.add(
          "there can be only one "
              + kind
              + ", and these are loaded: "
              + String.join(", ", plugins.keySet())
              + ". Switch the others off: '"
              + kind
              + ": {NAME: off}'");
    }
    return plugins.entrySet().stream()
        .findFirst()
        .map(entry -> new Named<>(entry.getKey(), entry.getValue()));
  }

  private void addRemedy(
      String name,
      HealingAction action,
      HostContext host,
      Configuration configuration,
      List<String> problems) {
    ActionDescription description;
    try {
      description =
          Objects.requireNonNull(
              call("describe action " + name, action::description), "its description is null");
    } catch (RuntimeException | LinkageError e) {
      skip("action", name, action, "action '" + name + "' cannot describe itself: " + e);
      return;
    }
    if (!description.id().name().equals(name)) {
      problems.add(
          "the provider of action '"
              + name
              + "' made one that calls itself '"
              + description.id()
              + "': expected the same name ("
              + Registry.origin(action)
              + ")");
      return;
    }
    // What can cost somebody's work asks first, unless the operator says otherwise.
    Autonomy byDefault =
        description.risk().compareTo(Risk.HIGH) >= 0 ? Autonomy.CONFIRM : Autonomy.AUTO;
    Autonomy ceiling = configuration.section("actions").section(name).choice("autonomy", byDefault);
    Set<Privilege> missing = EnumSet.noneOf(Privilege.class);
    missing.addAll(description.needs());
    missing.removeAll(host.privileges());
    Optional<String> unprivileged =
        missing.isEmpty()
            ? Optional.empty()
            : Optional.of("needs privileges that we don't have: " + missing + " (run as root)");
    remedies.put(description.id(), new Remedy(action, description, ceiling, unprivileged));
  }

  private void skip(String kind, String name, Object plugin, String why) {
    known.removeIf(one -> one.kind().equals(kind) && one.name().equals(name));
    known.add(Found.skipped(kind, name, Registry.origin(plugin), why));
  }

  /** By name, as all of these. */
  public Map<String, Sampler> samplers() {
    return samplers;
  }

  /** Whether anything measures the host, or should and could not be made. */
  public boolean sampled() {
    return known.stream()
        .anyMatch(one -> one.kind().equals("sampler") && one.state() != Found.State.OFF);
  }

  /** By name: those found and those that the configuration defines. */
  public Map<String, Detector> detectors() {
    return detectors;
  }

  /** The name of the detector that reports issues of this type. */
  public Optional<String> detectorOf(IssueType type) {
    return Optional.ofNullable(detectorOf.get(type));
  }

  /** What can be measured; empty if a sampler does not say, or is not there to ask. */
  public Optional<Set<Metric>> measured() {
    Set<Metric> all = new TreeSet<>();
    for (Map.Entry<String, Sampler> sampler : samplers.entrySet()) {
      Set<Metric> some;
      try {
        some =
            Set.copyOf(call("describe sampler " + sampler.getKey(), sampler.getValue()::metrics));
      } catch (RuntimeException | LinkageError e) {
        some = Set.of();
      }
      if (some.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(some);
    }
    boolean missing = known.stream().anyMatch(one -> one.is("sampler", Found.State.SKIPPED));
    return missing ? Optional.empty() : Optional.of(all);
  }

  private Set<IssueType> reports(String name, Detector detector) {
    try {
      return Set.copyOf(call("describe detector " + name, detector::reports));
    } catch (RuntimeException | LinkageError e) {
      return Set.of(); // each look names it as one that does not work
    }
  }

  /** All actions that can describe themselves. */
  public Map<ActionId, Remedy> remedies() {
    return remedies;
  }

  /** The action of this name, if there is one. */
  public Optional<Remedy> remedy(ActionId action) {
    return Optional.ofNullable(remedies.get(action));
  }

  /** By name, beside the guards that every engine has; one that could not be made says no. */
  public Map<String, Guard> guards() {
    return guards;
  }

  /** The planner that is used in the place of the built-in one. */
  public Optional<Named<Planner>> planner() {
    return planner;
  }

  /** The knowledge base; there is always one. */
  public Named<KnowledgeBase> knowledge() {
    return knowledge;
  }

  /** By name. */
  public Map<String, Trigger> triggers() {
    return triggers;
  }

  /** By name. */
  public Map<String, Listener> listeners() {
    return listeners;
  }

  /** The optimizer, if there is one. */
  public Optional<Optimizer> optimizer() {
    return optimizer;
  }

  /** All that were found, made or not. */
  public List<Found> found() {
    return List.copyOf(known);
  }

  /** Each that is in use, as {@code kind.name}. */
  public Set<String> owners() {
    return known.stream()
        .filter(one -> one.state() == Found.State.ON)
        .map(one -> one.kind() + "." + one.name())
        .collect(Collectors.toSet());
  }

  /** Why an action is not used, if it is not. Asks it: not for the engine's thread. */
  public Optional<String> unusable(String action) {
    return remedies.values().stream()
        .filter(remedy -> remedy.description().id().name().equals(action))
        .findFirst()
        .flatMap(remedy -> unavailable(remedy).or(remedy::unprivileged));
  }

  /**
   * How far each action that can be used here may go by itself, before anything that it has lost:
   * the operator's ceiling, and CONFIRM at most where its risk is CRITICAL. Asks them, as {@link
   * #unusable} does.
   *
   * @param ceiling for every action
   */
  public SortedMap<ActionId, Autonomy> autonomies(Autonomy ceiling) {
    SortedMap<ActionId, Autonomy> autonomies = new TreeMap<>();
    remedies.forEach(
        (action, remedy) -> {
          boolean critical = remedy.description().risk() == Risk.CRITICAL;
          Autonomy most = critical ? Autonomy.CONFIRM : Autonomy.AUTO;
          if (unusable(action.name()).isEmpty()) {
            autonomies.put(
                action, Stream.of(ceiling, remedy.ceiling(), most).min(naturalOrder()).get());
          }
        });
    return autonomies;
  }

  private Optional<String> unavailable(Remedy remedy) {
    try {
      return call("ask action " + remedy.description().id(), remedy.action()::unavailable);
    } catch (RuntimeException | LinkageError e) {
      return Optional.of("cannot say whether it can be used: " + e);
    }
  }

  /** One that hangs is not waited for. */
  private <T> T call(String name, Supplier<T> question) {
    return workers.call(name, deadline, question);
  }
}
