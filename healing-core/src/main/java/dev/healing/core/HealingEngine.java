package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.MetricForecast;
import dev.healing.api.Opportunity;
import dev.healing.api.Origin;
import dev.healing.api.Receipt;
import dev.healing.api.Unreadable;
import dev.healing.core.calls.Inbox;
import dev.healing.core.calls.Inquiries;
import dev.healing.core.calls.Triggers;
import dev.healing.core.guard.Settings;
import dev.healing.core.history.History;
import dev.healing.core.plugins.Memory;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.plugins.Registry;
import dev.healing.core.replay.Recording;
import dev.healing.spi.Detector;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Listener;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
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
 * only those of {@link #apply} and of {@link #heal(Issue, Optional, Detector)} complete on a
 * worker.
 */
public final class HealingEngine implements AutoCloseable {
  private final HostContext host;
  private final Runnable closeHost;
  private final Registry registry;
  private final Memory memory = new Memory();
  private final Inbox inbox = new Inbox();
  private final HealingLoop loop;
  private final Instant startedAt;
  private final Inquiries inquiries;
  private final Triggers triggers;
  private final EngineThread thread;
  private final Knowledge knowledge;
  private final Opportunities opportunities;

  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Made by {@link EngineBuilder}.
   *
   * @param closeHost closes the host, if that is the engine's
   */
  HealingEngine(
      HostContext host, Registry registry, Configuration configuration, Runnable closeHost) {
    this.host = host;
    this.registry = registry;
    this.closeHost = closeHost;
    startedAt = host.time().now();
    inquiries = new Inquiries(host.workers());
    opportunities = new Opportunities(host, inquiries, this::usedPlugins, this::request);
    Settings settings = Settings.read(configuration);
    loop =
        new HealingLoop(
            host,
            inbox,
            settings,
            new Plugins(registry, host, memory, settings, configuration, opportunities));
    triggers = new Triggers(inquiries, reason -> loop.wake());
    thread = new EngineThread(inbox, loop);
    knowledge =
        new Knowledge(
            inquiries,
            () -> usedPlugins().knowledge(),
            () -> thread.ask(loop::settings).patience());
    loop.chronicle().announcer().replace(Map.of(), loop.plugins().listeners());
  }

  /** An engine on this host with all plugins that are found, and every setting at its default. */
  public static EngineBuilder builder() {
    return new EngineBuilder();
  }

  /**
   * Starts watching and healing, on a thread of its own.
   *
   * @throws IllegalStateException if it was started or closed before
   */
  public void start() {
    if (thread.started() || closed.get()) {
      throw new IllegalStateException(
          closed.get() ? "the engine was closed" : "the engine was started before");
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
    return request(issue, Origin.AUTOMATIC);
  }

  /**
   * As {@link #heal(Issue)}, with an incident of its own.
   *
   * @param action the only action to consider; any that treats the issue's type if empty
   * @param validator looks whether the issue is still there afterwards
   */
  public CompletionStage<Receipt> heal(Issue issue, Optional<ActionId> action, Detector validator) {
    return opportunities.found(issue, action, validator);
  }

  /** Heals an issue on a person's word. */
  public CompletionStage<Receipt> request(Issue issue) {
    return request(issue, Origin.REQUESTED);
  }

  private CompletionStage<Receipt> request(Issue issue, Origin origin) {
    Tracked.Request request = Tracked.Request.on(origin, Optional.empty());
    thread.post(request.answer(), () -> loop.request(issue, request));
    return request.answer();
  }

  private void request(
      Issue issue, Detector validator, Supplier<Optional<String>> stop, Tracked.Request request) {
    thread.post(request.answer(), () -> loop.request(issue, validator, stop, request));
  }

  /**
   * Heals an open incident now, on a person's word. The stage fails with a {@link HealingException}
   * if there is no such incident.
   *
   * @param incidentId an id, or the beginning of one
   */
  public CompletionStage<Receipt> heal(String incidentId) {
    Tracked.Request request = Tracked.Request.on(Origin.REQUESTED, Optional.empty());
    thread.post(request.answer(), () -> loop.request(incidentId, request));
    return request.answer();
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
    return thread.ask(loop.lookout()::state);
  }

  /** What the newest look could not tell: neither samplers nor detectors. */
  public List<Unreadable> unreadable() {
    return thread.ask(loop.lookout()::unreadable);
  }

  /** What detectors say of what will be, as of the newest look. */
  public List<MetricForecast> forecasts() {
    return thread.ask(loop.lookout()::forecasts);
  }

  /** How the engine itself is. */
  public EngineStatus status() {
    List<String> troubleOfKnowledge = knowledge.problems();
    return thread.ask(
        () -> {
          List<String> trouble = new ArrayList<>(loop.chronicle().troubles());
          trouble.addAll(troubleOfKnowledge);
          boolean distrusted = !loop.chronicle().journal().damaged().isEmpty();
          Optional<HostState> state = loop.lookout().state();
          return new EngineStatus(
              startedAt,
              state.map(HostState::health).orElse(OptionalDouble.empty()),
              distrusted ? Autonomy.OBSERVE : loop.settings().autonomy(),
              loop.offSwitch().paused(),
              trouble,
              triggers.how(),
              loop.lookout().looks(),
              loop.incidents().open().size(),
              loop.chronicle().journal().count(Duration.ofHours(1)),
              loop.chronicle().preventions().counts());
        });
  }

  private Plugins usedPlugins() {
    return thread.ask(loop::plugins);
  }

  /** What is loaded, and why some of it is not used. */
  public List<PluginInfo> plugins() {
    return PluginInfo.of(usedPlugins(), triggers, loop.chronicle().announcer().faults());
  }

  /**
   * How far each action that can be used here may go by itself, before anything that it has lost:
   * the operator's ceiling, and CONFIRM at most where its risk is CRITICAL.
   */
  public SortedMap<ActionId, Autonomy> autonomies() {
    return usedPlugins().autonomies(thread.ask(loop::settings).autonomy());
  }

  /**
   * What is worth doing in this state, best first, each with why it is not done by itself now.
   *
   * @throws HealingException if there is no optimizer, or it does not come back
   */
  public List<Opportunity> opportunities(HostState state) {
    HeldBack heldBack =
        new HeldBack(thread.ask(loop.unasked()::heldBack), autonomies(), knowledge::standing);
    return opportunities.in(state).stream().map(heldBack::tell).toList();
  }

  /**
   * Has an opportunity that the optimizer found taken, on a person's word.
   *
   * @throws HealingException if there is no optimizer, or it does not come back
   */
  public CompletionStage<Receipt> apply(Opportunity opportunity) {
    return opportunities.apply(opportunity, thread.ask(loop::settings).patience());
  }

  /** What was learned. */
  public Knowledge knowledge() {
    return knowledge;
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
    Plugins plugins = new Plugins(registry, host, memory, settings, configuration, opportunities);
    CompletableFuture<@Nullable Void> holds = new CompletableFuture<>();
    thread.post(
        holds,
        () -> loop.reconfigure(settings, plugins, holds, old -> replace(old, plugins, holds)));
    return holds;
  }

  private void replace(Plugins old, Plugins now, CompletableFuture<@Nullable Void> holds) {
    loop.chronicle().announcer().replace(old.listeners(), now.listeners());
    loop.chronicle().tell(Event.Kind.ENGINE, "the configuration was reloaded", null);
    memory.keepOnly(now.owners());
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
   * What has not ended by then is looked at again at the next start. Whoever is answered on the
   * engine's own thread cannot wait for it: then that is done on another, and {@link #ended} tells.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    if (thread.isCurrent()) {
      new Thread(this::end, "healing-close").start();
    } else {
      end();
    }
  }

  private void end() {
    Duration patience = loop.settings().patience();
    thread.stop(); // first: until then a reload may bring other triggers
    triggers.end(patience);
    inquiries.close("history", patience, loop.history());
    Plugins.Named<KnowledgeBase> knowledge = loop.plugins().knowledge();
    inquiries.close("knowledge:" + knowledge.name(), patience, knowledge.plugin());
    closeHost.run();
  }
}
