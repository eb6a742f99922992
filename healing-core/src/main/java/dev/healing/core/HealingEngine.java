package dev.healing.core;

import static java.util.Comparator.naturalOrder;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.MetricForecast;
import dev.healing.api.Opportunity;
import dev.healing.api.Origin;
import dev.healing.api.Pattern;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Unreadable;
import dev.healing.core.calls.Inbox;
import dev.healing.core.calls.Inquiries;
import dev.healing.core.calls.Triggers;
import dev.healing.core.guard.Settings;
import dev.healing.core.history.History;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.plugins.Found;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.plugins.Registry;
import dev.healing.core.replay.Recording;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.GuardProvider;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.Listener;
import dev.healing.spi.ListenerProvider;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import dev.healing.spi.PlannerProvider;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.TriggerProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A self-healing engine: assembled by {@link #builder}, then either {@linkplain #start started}, so
 * that it watches and heals by itself, or asked to {@link #look} once.
 *
 * <pre>{@code
 * try (HealingEngine engine = HealingEngine.builder().add(myDetector).add(myAction).build()) {
 *   engine.start();
 *   engine.heal(issue).thenAccept(receipt -> log(receipt.outcome()));
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Stages complete on the engine's thread: do not block in them;
 * only those of {@link Healer} and {@link #apply} complete on a worker.
 */
public final class HealingEngine implements AutoCloseable, Healer {
  private static final Supplier<Optional<String>> NEVER = Optional::empty;

  /** Actions work out what they would do before an opportunity is shown: as long as a dry run. */
  private static final Duration FOR_OPPORTUNITIES = Duration.ofMinutes(2);

  /** As long as for a decision. */
  private static final Duration TO_PREPARE = Duration.ofMinutes(2);

  /** What was learned in years elsewhere: nobody else waits for it. */
  private static final Duration MUCH = Duration.ofMinutes(2);

  private final HostContext host;
  private final Optional<LinuxHost> ownHost;
  private final Registry registry;
  private final Inbox inbox = new Inbox();
  private final HealingLoop loop;
  private final Instant startedAt;
  private final Inquiries inquiries;
  private final Triggers triggers;
  private final EngineThread thread;

  private volatile boolean closed;

  private HealingEngine(Builder builder) {
    HostContext given = builder.host;
    if (given == null) {
      LinuxHost own = LinuxHost.open(LinuxHost.defaultStateDirectory());
      host = own;
      ownHost = Optional.of(own);
    } else {
      host = given;
      ownHost = Optional.empty();
    }
    registry = builder.registry;
    startedAt = host.time().now();
    inquiries = new Inquiries(host.workers());
    try {
      Settings settings = Settings.read(builder.configuration);
      Plugins plugins = new Plugins(registry, host, settings, builder.configuration, this);
      loop = new HealingLoop(host, inbox, settings, plugins);
    } catch (RuntimeException e) {
      ownHost.ifPresent(LinuxHost::close);
      throw e;
    }
    if (!builder.automatic) {
      loop.deliberation().onlyOnRequest();
    }
    triggers = new Triggers(inquiries, reason -> loop.wake());
    thread = new EngineThread(inbox, loop);
    loop.chronicle().announcer().replace(Map.of(), loop.plugins().listeners());
  }

  /** An engine on this host with all plugins that are found, and every setting at its default. */
  public static Builder builder() {
    return new Builder();
  }

  /** Assembles an engine. */
  public static final class Builder {
    private final Registry registry = new Registry();
    private @Nullable HostContext host;
    private Configuration configuration = Configuration.empty();
    private boolean automatic = true;

    private Builder() {}

    /** The host; by default this one, with its default state directory. The caller closes it. */
    public Builder host(HostContext host) {
      this.host = host;
      return this;
    }

    /** For whoever puts other plugins in their place. */
    Registry registry() {
      return registry;
    }

    /** The whole configuration, of engine and plugins. */
    public Builder configuration(Configuration configuration) {
      this.configuration = configuration;
      return this;
    }

    /** Whether providers on the class or module path are used; they are by default. */
    public Builder discoverPlugins(boolean discover) {
      registry.discover(discover);
      return this;
    }

    /**
     * Whether the engine acts by itself; it does by default. If not, it watches, and does only what
     * it is asked for.
     */
    public Builder automatic(boolean automatic) {
      this.automatic = automatic;
      return this;
    }

    /** Registers a sampler. */
    public Builder add(SamplerProvider provider) {
      registry.register(SamplerProvider.class, provider);
      return this;
    }

    /** Registers a detector. */
    public Builder add(DetectorProvider provider) {
      registry.register(DetectorProvider.class, provider);
      return this;
    }

    /** Registers a kind of detector that the configuration may define. */
    public Builder add(DetectorKind kind) {
      registry.register(DetectorKind.class, kind);
      return this;
    }

    /** Registers a healing action. */
    public Builder add(ActionProvider provider) {
      registry.register(ActionProvider.class, provider);
      return this;
    }

    /** Registers a guard, beside those that every engine has. */
    public Builder add(GuardProvider provider) {
      registry.register(GuardProvider.class, provider);
      return this;
    }

    /** Registers the planner. */
    public Builder add(PlannerProvider provider) {
      registry.register(PlannerProvider.class, provider);
      return this;
    }

    /** Registers the knowledge base. */
    public Builder add(KnowledgeBaseProvider provider) {
      registry.register(KnowledgeBaseProvider.class, provider);
      return this;
    }

    /** Registers a trigger. */
    public Builder add(TriggerProvider provider) {
      registry.register(TriggerProvider.class, provider);
      return this;
    }

    /** Registers a listener. */
    public Builder add(ListenerProvider provider) {
      registry.register(ListenerProvider.class, provider);
      return this;
    }

    /** Registers the optimizer. */
    public Builder add(OptimizerProvider provider) {
      registry.register(OptimizerProvider.class, provider);
      return this;
    }

    /**
     * Makes the engine and its plugins. Starts nothing.
     *
     * @throws ConfigurationException with all problems at once
     * @throws dev.healing.api.HostException if the state directory cannot be had
     */
    public HealingEngine build() {
      return new HealingEngine(this);
    }
  }

  /**
   * Starts watching and healing, on a thread of its own.
   *
   * @throws IllegalStateException if it was started before
   */
  public void start() {
    if (thread.started()) {
      throw new IllegalStateException("the engine was started before");
    }
    open();
    thread.start();
  }

  /** Restores what was under way and starts the triggers. For a driver that takes the turns. */
  void open() {
    loop.open();
    triggers.start(loop.plugins().triggers(), loop.settings().patience());
    loop.chronicle().tell(Event.Kind.ENGINE, "watching: " + howItWatches(), null);
  }

  private String howItWatches() {
    Settings settings = loop.settings();
    return String.join(", ", triggers.how())
        + " and a look every "
        + settings.interval().toMillis() / 1000.0
        + " s; autonomy "
        + settings.autonomy().name().toLowerCase(Locale.ROOT)
        + "; "
        + loop.plugins().detectors().size()
        + " detectors, "
        + loop.plugins().remedies().size()
        + " actions"
        + loop.offSwitch().paused().map(why -> "; " + why).orElse("");
  }

  /** Takes one turn on the caller's thread. See {@link HealingLoop#turn}. */
  Duration turn() {
    return loop.turn();
  }

  boolean hasPost() {
    return !inbox.isEmpty();
  }

  HealingLoop loop() {
    return loop;
  }

  /**
   * Looks five times in half a second, so that detectors that want several samples have them; says
   * what is wrong and what would be decided about it. Changes nothing. Only on an engine that was
   * not started.
   */
  public Look look() {
    return look(Origin.AUTOMATIC);
  }

  /** As {@link #look()}, but what would be decided on this word. */
  public Look look(Origin origin) {
    if (thread.started()) {
      throw new IllegalStateException("the engine is watching: ask for its state instead");
    }
    loop.recall();
    return new SingleLook(host.time(), inbox, loop, origin).take();
  }

  /**
   * Looks at the host, every interval and whenever a trigger says so, and writes what samplers find
   * as a trace. No detector is asked, nothing is decided or changed. Only on an engine that was not
   * started. Returns when it is over.
   *
   * @param to is closed; what it throws is thrown
   * @param recordedBy the version of the program, for whoever reads it
   * @param howLong to record
   * @param until ends it earlier
   * @return how many looks were written
   */
  public long record(
      OutputStream to, String recordedBy, Optional<Duration> howLong, CompletionStage<?> until)
      throws IOException {
    if (thread.started()) {
      throw new IllegalStateException("the engine is watching: record with another one");
    }
    return new Recording(host, loop.plugins(), loop.settings(), recordedBy, to).run(howLong, until);
  }

  /**
   * Heals an issue that the embedding program has found: planned, guarded, journalled and validated
   * by the detector that reports its type. Everything that holds for the engine's own heals holds
   * for it.
   *
   * @return what came of it; {@link dev.healing.api.Outcome#NOT_ATTEMPTED} with the reason if
   *     nothing was done
   */
  public CompletionStage<Receipt> heal(Issue issue) {
    return request(issue, Optional.empty(), Optional.empty(), NEVER, Origin.AUTOMATIC);
  }

  /** As {@link #heal(Issue)}, with an incident of its own: on this program's word. */
  @Override
  public CompletionStage<Receipt> heal(Issue issue, Optional<ActionId> action, Detector validator) {
    return heal(issue, action, validator, NEVER);
  }

  @Override
  public CompletionStage<Receipt> heal(
      Issue issue, Optional<ActionId> action, Detector validator, Supplier<Optional<String>> stop) {
    return onWorker(request(issue, action, Optional.of(validator), stop, Origin.AUTOMATIC));
  }

  @Override
  public Optional<Preview> preview(Issue issue, ActionId action, HostState state) {
    Plugins plugins = thread.ask(loop::plugins);
    Plugins.Remedy remedy =
        plugins
            .remedy(action)
            .orElseThrow(
                () -> new RefusedException("there is no action " + action + " among the plugins"));
    plugins
        .unusable(action.name())
        .ifPresent(
            why -> {
              throw new RefusedException(why);
            });
    return Optional.of(
        inquiries.ask(
            "action:" + action, TO_PREPARE, () -> remedy.action().prepare(issue, state).preview()));
  }

  /**
   * Has an opportunity that the {@link #optimizer} found taken, on a person's word.
   *
   * @throws HealingException if there is no optimizer
   */
  public CompletionStage<Receipt> apply(Opportunity opportunity) {
    Optimizer optimizer = optimizer();
    Healer asked =
        (issue, action, validator) ->
            onWorker(request(issue, action, Optional.of(validator), NEVER, Origin.REQUESTED));
    return ask("optimizer", () -> optimizer.apply(opportunity, asked));
  }

  /** For plugins, which are not called on the engine's thread by way of a stage either. */
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

  /** Heals an issue on a person's word. */
  public CompletionStage<Receipt> request(Issue issue) {
    return request(issue, Optional.empty(), Optional.empty(), NEVER, Origin.REQUESTED);
  }

  private CompletionStage<Receipt> request(
      Issue issue,
      Optional<ActionId> action,
      Optional<Detector> validator,
      Supplier<Optional<String>> stop,
      Origin origin) {
    CompletableFuture<Receipt> answer = new CompletableFuture<>();
    Tracked.Request request = new Tracked.Request(origin, action, Optional.empty(), answer);
    thread.post(answer, () -> loop.request(issue, validator, stop, request));
    return answer;
  }

  /**
   * Heals an open incident now, on a person's word. The stage fails with a {@link HealingException}
   * if there is no such incident.
   *
   * @param incidentId an id, or the beginning of one
   */
  public CompletionStage<Receipt> heal(String incidentId) {
    CompletableFuture<Receipt> answer = new CompletableFuture<>();
    Tracked.Request request =
        new Tracked.Request(Origin.REQUESTED, Optional.empty(), Optional.empty(), answer);
    thread.post(answer, () -> loop.request(incidentId, request));
    return answer;
  }

  /**
   * A dry run: what would be decided about an issue, and exactly what would be done; about its
   * newest evidence if there is an incident of it, as {@link #request} would.
   */
  public CompletionStage<Decision> consider(Issue issue) {
    CompletableFuture<Decision> answer = new CompletableFuture<>();
    thread.post(answer, () -> loop.considerReported(issue, answer));
    return answer;
  }

  /**
   * Has exactly that done which the incident's pending decision shows, on a person's word. The
   * stage fails with a {@link HealingException} if nothing is pending, or something else.
   *
   * @param confirmationId the incident's {@linkplain Incident#confirmation confirmation}; or the id
   *     of the incident, or the beginning of it, for whatever is pending there
   */
  public CompletionStage<Receipt> approve(String confirmationId) {
    CompletableFuture<Receipt> answer = new CompletableFuture<>();
    thread.post(answer, () -> loop.confirmations().approve(confirmationId, answer));
    return answer;
  }

  /**
   * Turns down what the incident's pending decision shows, on a person's word; it is then theirs.
   *
   * @param confirmationId as for {@link #approve}
   * @throws HealingException if nothing is pending, or something else
   */
  public Incident reject(String confirmationId) {
    return thread.ask(() -> loop.confirmations().reject(confirmationId).snapshot());
  }

  /** Open incidents and the last 100 closed ones, newest first. */
  public List<Incident> incidents() {
    return thread.ask(() -> loop.incidents().snapshots());
  }

  /**
   * One of {@link #incidents}.
   *
   * @throws HealingException if several begin so
   */
  public Optional<Incident> incident(String idOrPrefix) {
    return Incidents.named(idOrPrefix, incidents());
  }

  /** The newest look; absent before the first. */
  public Optional<HostState> state() {
    return thread.ask(loop::state);
  }

  /** What the newest look could not tell: neither samplers nor detectors. */
  public List<Unreadable> unreadable() {
    return thread.ask(loop::unreadable);
  }

  /** What detectors say of what will be, as of the newest look. */
  public List<MetricForecast> forecasts() {
    return thread.ask(loop::forecasts);
  }

  /** How the engine itself is. */
  public EngineStatus status() {
    List<String> troubleOfPlugins = troubleOfKnowledge();
    return thread.ask(
        () -> {
          List<String> trouble = new ArrayList<>(loop.chronicle().troubles());
          trouble.addAll(troubleOfPlugins);
          boolean distrusted = !loop.chronicle().journal().damaged().isEmpty();
          Optional<HostState> state = loop.state();
          return new EngineStatus(
              startedAt,
              state.map(HostState::health).orElse(OptionalDouble.empty()),
              distrusted ? Autonomy.OBSERVE : loop.settings().autonomy(),
              loop.offSwitch().paused(),
              trouble,
              triggers.how(),
              loop.looks(),
              loop.incidents().open().size(),
              loop.chronicle().journal().count(Duration.ofHours(1)),
              loop.preventions().counts());
        });
  }

  /** What is loaded, and why some of it is not used. */
  public List<PluginInfo> plugins() {
    Plugins plugins = thread.ask(loop::plugins);
    Map<String, String> deaf = loop.chronicle().announcer().faults();
    List<PluginInfo> infos = new ArrayList<>();
    for (Found one : plugins.found()) {
      Optional<String> how =
          switch (one.kind()) {
            case "action" -> plugins.unusable(one.name());
            case "trigger" -> triggers.how(one.name());
            case "listener" -> Optional.ofNullable(deaf.get("listener:" + one.name()));
            default -> Optional.empty();
          };
      String state = how.orElse(one.state().name().toLowerCase(Locale.ROOT));
      infos.add(new PluginInfo(one.kind(), one.name(), one.origin(), state, one.problem()));
    }
    return infos;
  }

  /**
   * How far each action that can be used here may go by itself, before anything that it has lost:
   * the operator's ceiling, and CONFIRM at most where its risk is CRITICAL.
   */
  public SortedMap<ActionId, Autonomy> autonomies() {
    Plugins plugins = thread.ask(loop::plugins);
    Autonomy configured = thread.ask(loop::settings).autonomy();
    SortedMap<ActionId, Autonomy> autonomies = new TreeMap<>();
    plugins
        .remedies()
        .forEach(
            (action, remedy) -> {
              Autonomy most =
                  remedy.description().risk() == Risk.CRITICAL ? Autonomy.CONFIRM : Autonomy.AUTO;
              if (plugins.unusable(action.name()).isEmpty()) {
                autonomies.put(
                    action,
                    Stream.of(configured, remedy.ceiling(), most).min(naturalOrder()).get());
              }
            });
    return autonomies;
  }

  /**
   * What is worth doing in this state, best first, each with why it is not done by itself now.
   *
   * @throws HealingException if there is no optimizer, or it does not come back
   */
  public List<Opportunity> opportunities(HostState state) {
    Optimizer optimizer = optimizer();
    List<Opportunity> found =
        inquiries.ask("optimizer", FOR_OPPORTUNITIES, () -> optimizer.findOpportunities(state));
    HeldBack heldBack =
        new HeldBack(
            thread.ask(loop::holdsBack),
            autonomies(),
            (type, action) -> askKnowledge(knowledge -> knowledge.standing(type, action)));
    return found.stream().map(heldBack::tell).toList();
  }

  private Optimizer optimizer() {
    return thread
        .ask(loop::plugins)
        .optimizer()
        .orElseThrow(() -> new HealingException("there is no optimizer among the plugins"));
  }

  /**
   * Everything that was learned, as one JSON document.
   *
   * @throws HealingException if the knowledge base does not come back
   */
  public String knowledge() {
    return askMuch(KnowledgeBase::export);
  }

  /**
   * The same, of many problems only those that were seen most lately: what a process with little
   * memory has room for beside all that is known. How many others there are is a member {@code
   * leftOut}.
   *
   * @param mostProblems at least so many, if there are
   * @throws HealingException if the knowledge base does not come back
   */
  public String knowledge(int mostProblems) {
    return askKnowledge(knowledge -> knowledge.export(mostProblems));
  }

  /**
   * What keeps happening, as far as the knowledge base can tell.
   *
   * @throws HealingException if the knowledge base does not come back
   */
  public List<Pattern> patterns() {
    return askKnowledge(KnowledgeBase::patterns);
  }

  /**
   * Learns from what was seen elsewhere, which counts less than what is seen here.
   *
   * @param document an export of another host's knowledge, or what else the knowledge base can read
   * @param from where it comes from, for people
   * @return what was taken and what was not, one line each
   * @throws HealingException if it cannot be learned from, or the knowledge base does not come back
   */
  public List<String> adoptKnowledge(String document, String from) {
    return askMuch(knowledge -> knowledge.adopt(document, from));
  }

  /**
   * Takes an export of this host's knowledge back, where nothing was learned since: all of it
   * counts as seen here.
   *
   * @return what was taken, one line each
   * @throws HealingException if it cannot be, or the knowledge base does not come back
   */
  public List<String> restoreKnowledge(String document, String from) {
    return askMuch(knowledge -> knowledge.restore(document, from));
  }

  /** What takes long if much is known, on a host with little to spare. */
  private <T> T askMuch(Function<KnowledgeBase, T> question) {
    Plugins.Named<KnowledgeBase> knowledge = thread.ask(loop::plugins).knowledge();
    return inquiries.ask(
        "knowledge:" + knowledge.name(), MUCH, () -> question.apply(knowledge.plugin()));
  }

  private <T> T askKnowledge(Function<KnowledgeBase, T> question) {
    Plugins.Named<KnowledgeBase> knowledge = thread.ask(loop::plugins).knowledge();
    return ask("knowledge:" + knowledge.name(), () -> question.apply(knowledge.plugin()));
  }

  private <T> T ask(String plugin, Supplier<T> question) {
    return inquiries.ask(plugin, thread.ask(loop::settings).patience(), question);
  }

  /** What is wrong with what is known, so that some or all of it is missing; part of the status. */
  public List<String> troubleOfKnowledge() {
    try {
      return askKnowledge(KnowledgeBase::problems);
    } catch (RuntimeException | LinkageError e) {
      return List.of("the knowledge base cannot say how it is: " + e.getMessage());
    }
  }

  /** What was decided and done. */
  public Audit audit() {
    return loop.chronicle().audit();
  }

  /** What was measured, over a year, as it is on disk. */
  public History metricHistory() {
    return new History(host.state());
  }

  /**
   * Goes on with another configuration: all or nothing.
   *
   * @return completes when it holds, and the old knowledge base has learned the last and is closed;
   *     exceptionally with a {@link HealingException} if it holds in part only, and says why
   * @throws ConfigurationException with all problems at once; then the old one stays
   */
  public CompletionStage<@Nullable Void> reload(Configuration configuration) {
    Settings settings = Settings.read(configuration);
    Plugins plugins = new Plugins(registry, host, settings, configuration, this);
    CompletableFuture<@Nullable Void> holds = new CompletableFuture<>();
    thread.post(
        holds,
        () -> loop.reconfigure(settings, plugins, holds, old -> replace(old, plugins, holds)));
    return holds;
  }

  private void replace(Plugins old, Plugins now, CompletableFuture<@Nullable Void> holds) {
    loop.chronicle().announcer().replace(old.listeners(), now.listeners());
    loop.chronicle().tell(Event.Kind.ENGINE, "the configuration was reloaded", null);
    inquiries.startAnew();
    triggers
        .replace(
            now.triggers(),
            loop.settings().patience(),
            change -> host.workers().start("triggers", change))
        .whenComplete(
            (listening, fault) -> {
              if (fault == null) {
                holds.complete(null);
              } else {
                holds.completeExceptionally(EngineThread.told(fault));
              }
            });
  }

  /** Tells what happens from now on, in order, on workers; it may be slow. */
  public void addListener(Listener listener) {
    loop.chronicle().announcer().add(listener);
  }

  /**
   * Completes when the engine has ended; exceptionally, if not because it was closed: then nothing
   * is healed any more, and whoever runs it should start another.
   */
  public CompletionStage<@Nullable Void> ended() {
    return thread.ended();
  }

  /**
   * Stops: nothing is started any more, what runs is given five seconds to end and then cancelled.
   * What has not ended by then is looked at again at the next start.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Duration patience = loop.settings().patience();
    thread.stop(); // first: until then a reload may bring other triggers
    triggers.end(patience);
    inquiries.close("history", patience, loop.history());
    Plugins.Named<KnowledgeBase> knowledge = loop.plugins().knowledge();
    inquiries.close("knowledge:" + knowledge.name(), patience, knowledge.plugin());
    ownHost.ifPresent(LinuxHost::close);
  }
}
