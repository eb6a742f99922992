package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Receipt;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.calls.Improvement;
import dev.healing.core.calls.Inbox;
import dev.healing.core.calls.Learning;
import dev.healing.core.guard.Settings;
import dev.healing.core.history.HistoryWriter;
import dev.healing.core.journal.Intent;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.watch.Observation;
import dev.healing.core.watch.Watch;
import dev.healing.spi.Detector;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop:
 *
 * <pre>sample → detect → triage → plan → guard → journal intent → execute → validate
 *       → journal receipt → learn → tell</pre>
 *
 * <p>One thread owns everything here and takes {@link #turn turns}. What takes time (looks, working
 * out and doing actions) runs on workers and comes back through the {@link Inbox}; nothing here
 * waits for anything but that what must be durable first is.
 */
final class HealingLoop {
  private static final Duration NOTHING_UNDER_WAY = Duration.ofHours(1);

  private final TimeSource time;
  private final Inbox inbox;
  private final HistoryWriter history;
  private final Lookout lookout;
  private final Chronicle chronicle;
  private final Incidents incidents;
  private final Sightings sightings;
  private final Assessment assessment;
  private final Confirmations confirmations;
  private final Deliberation deliberation;
  private final Treatment treatment;
  private final OffSwitch offSwitch;
  private final Unasked unasked;
  private final Improvement improvement;
  private Settings settings;
  private Plugins plugins;

  private boolean stopping;
  private CompletableFuture<@Nullable Void> whenIdle = new CompletableFuture<>();

  HealingLoop(HostContext host, Inbox inbox, Settings settings, Plugins plugins) {
    this.time = host.time();
    this.inbox = inbox;
    this.settings = settings;
    this.plugins = plugins;
    history = new HistoryWriter(host.state(), time, host.workers());
    offSwitch = new OffSwitch(host.state(), time);
    chronicle = new Chronicle(host, inbox);
    incidents = new Incidents(time, chronicle, this::treats);
    assessment =
        new Assessment(host, inbox, chronicle.journal(), incidents, offSwitch, settings, plugins);
    lookout =
        new Lookout(
            time,
            inbox,
            new Watch(time, host.workers(), history::add),
            incidents,
            assessment::seen,
            settings,
            plugins);
    Refusals refusals = new Refusals(time);
    treatment =
        new Treatment(
            host,
            inbox,
            chronicle,
            incidents,
            refusals,
            offSwitch,
            this::reconsider,
            lookout::wake);
    confirmations = new Confirmations(time, chronicle, incidents, this::reconsider);
    deliberation =
        new Deliberation(
            time, chronicle, incidents, assessment, confirmations, treatment, refusals);
    unasked = new Unasked(offSwitch, chronicle.journal(), incidents, this::settings);
    improvement = new Improvement(time, host.workers());
    sightings = new Sightings(time, incidents, treatment, this::settings, this::plugins);
  }

  // ---------------------------------------------------------------- one turn

  /**
   * Does everything that can be done now.
   *
   * @return how long nothing needs to be done, unless something arrives in the inbox
   */
  Duration turn() {
    inbox.drain(); // looks, actions and people's words that have arrived
    lookout.takeArrived().ifPresent(this::observed); // triage → validate
    if (!stopping) {
      look(); // sample → detect
      deliberation.decide(); // plan → guard
      treatment.start(); // journal intent → execute
      improvement.turn(plugins.optimizer(), lookout.state(), this::improves);
    }
    treatment.enforceDeadlines();
    chronicle.commit(plugins.knowledge()); // journal receipt → learn → tell
    if (stopping && treatment.idle() && chronicle.learning().idle()) {
      whenIdle.complete(null);
    }
    return untilNextTurn();
  }

  // ------------------------------------------------------- sample → detect

  private void look() {
    if (lookout.due(wantedNanos())) {
      treatment.lookBegins();
      lookout.look(treatment.ownActions());
    }
  }

  /** When something has settled, or has been left alone for long enough. */
  private long wantedNanos() {
    return Math.min(
        treatment.nextValidationNanos(), deliberation.patienceEndsNanos(lookout.lastNanos()));
  }

  // ---------------------------------------------------- triage → validate

  private void observed(Observation observation) {
    Map<String, String> faults = new TreeMap<>(observation.faults());
    faults.putAll(treatment.faults());
    faults.putAll(assessment.faults());
    faults.putAll(improvement.faults());
    faults.putAll(chronicle.announcer().faults());
    sightings.take(observation, faults);
    chronicle.preventions().look(observation.state());
    treatment.dependents(
        Triage.link(incidents.open(), observation.state().units(), incidents::isTreated));
    incidents.triaged();
    treatment.lookArrived();
    incidents.open().forEach(deliberation::reconsider);
  }

  // ----------------------------------------------------------- when to go on

  private Duration untilNextTurn() {
    Duration plugins = enforcePluginDeadlines();
    boolean toDecide = deliberation.pending() && !stopping;
    if (!inbox.isEmpty() || toDecide || chronicle.learning().pending()) {
      return Duration.ZERO;
    }
    long now = time.monotonicNanos();
    long next = Math.min(treatment.nextDeadlineNanos(), now + plugins.toNanos());
    if (!stopping) {
      next = Math.min(next, lookout.nextNanos(wantedNanos()));
      if (plugins().optimizer().isPresent() && lookout.state().isPresent()) {
        next = Math.min(next, improvement.nextNanos());
      }
    }
    return Duration.ofNanos(Math.max(0, next - now));
  }

  /**
   * Goes on without plugins that are late.
   *
   * @return how long until this must be asked again
   */
  Duration enforcePluginDeadlines() {
    Duration deadline = settings.pluginDeadline();
    Duration next = sooner(NOTHING_UNDER_WAY, lookout.enforce(deadline));
    next = sooner(next, assessment.enforceDeadlines(deadline));
    next = sooner(next, chronicle.learning().enforce(deadline));
    return sooner(next, chronicle.announcer().enforce());
  }

  private static Duration sooner(Duration one, Optional<Duration> other) {
    return other.isPresent() && other.get().compareTo(one) < 0 ? other.get() : one;
  }

  /** Whether what is worth doing may be done without a person. */
  private boolean improves() {
    return deliberation.actsByItself() && unasked.heldBack().isEmpty();
  }

  private boolean treats(IssueType type) {
    return assessment.treats(type);
  }

  private void reconsider(Tracked incident) {
    deliberation.reconsider(incident);
  }

  // ----------------------------------------------------- what people ask for

  void wake() {
    inbox.post(lookout::wake);
  }

  /** Looks without drawing any conclusion. */
  void glance(Consumer<Observation> then) {
    lookout.glance(treatment.ownActions(), then);
  }

  /** A dry run of what a person could ask for: about the newest evidence, and not without any. */
  void considerReported(Issue issue, CompletableFuture<Decision> answer) {
    Optional<Tracked> known = incidents.find(issue.fingerprint());
    Optional<String> detector = plugins.detectorOf(issue.type());
    if (known.isEmpty() && detector.isPresent() && lookout.state().isPresent()) {
      answer.complete(DryRun.nothingThere(issue, time.now(), detector.orElseThrow()));
    } else {
      Issue newest = known.map(incident -> incident.issue).orElse(issue);
      consider(newest, Origin.REQUESTED, answer);
    }
  }

  /** A dry run. */
  void consider(Issue issue, Origin origin, CompletableFuture<Decision> answer) {
    DryRun.of(issue, origin, time, incidents, assessment, answer);
  }

  /** Heals an issue on somebody's word; through everything that any heal goes through. */
  void request(Issue issue, Tracked.Request request) {
    Optional<Tracked> known = incidents.find(issue.fingerprint());
    ask(known.orElseGet(() -> open(issue, Optional.empty())), request);
  }

  /** The same, as an incident of its own. */
  void request(
      Issue issue, Detector validator, Supplier<Optional<String>> stop, Tracked.Request request) {
    Tracked incident =
        incidents.find(issue, request.only()).orElseGet(() -> open(issue, Optional.of(validator)));
    incident.asked = request.only();
    // Whoever wants it now does not want it to wait.
    incident.stop = request.origin() == Origin.AUTOMATIC ? stop : Optional::empty;
    ask(incident, request);
  }

  private Tracked open(Issue issue, Optional<Detector> validator) {
    return incidents.open(issue, plugins.detectorOf(issue.type()), validator);
  }

  void request(String incidentId, Tracked.Request request) {
    ask(incidents.openNamed(incidentId), request);
  }

  /** Evidence first, also of what is known: it may be an hour old. */
  private void ask(Tracked incident, Tracked.Request request) {
    incident.requests.add(request);
    if (incident.phase() == Phase.IDLE) {
      incident.lookedFor = false;
    }
    deliberation.reconsider(incident);
    lookout.wake();
  }

  // --------------------------- the beginning, another configuration, the end

  /** Begins: what was under way when the engine was ended is looked at again. */
  void open() {
    history.keep(settings.historyBytes());
    List<Receipt> known = chronicle.open();
    treatment.recall(known);
    for (Intent intent : chronicle.journal().open()) {
      Optional<Receipt> receipt =
          known.stream()
              .filter(r -> r.id().equals(intent.id()))
              .filter(r -> !r.finishedAt().isBefore(intent.at())) // else another's of that id
              .findFirst();
      if (receipt.isPresent()) {
        chronicle.recovered(receipt.orElseThrow());
        continue;
      }
      Tracked incident = incidents.restore(intent, plugins.detectorOf(intent.issue().type()));
      // Of two that were under way at one problem a look tells of the problem's own only; and of
      // what was worth doing only who has found it.
      boolean seen = incidents.find(incident.fingerprint).filter(incident::equals).isPresent();
      treatment.restore(incident, intent, seen);
      if (!seen) {
        treatment.concludeUnseen(incident);
        incidents.close(incident, IncidentStatus.ESCALATED, incident.note);
      }
    }
  }

  /** Knows what was done before, for a look that goes on with nothing. */
  void recall() {
    treatment.recall(chronicle.known());
  }

  /** Starts nothing any more, and says when nothing runs. */
  void stop(CompletableFuture<@Nullable Void> idle) {
    stopping = true;
    whenIdle = idle;
  }

  void cancelRunning() {
    treatment.cancelAll("the engine was stopped");
  }

  /**
   * Goes on with other settings and plugins, once the old knowledge base has learned the last and
   * is closed: the new one may use the same files.
   *
   * @param answer is given what goes wrong with that
   * @param done is given the old plugins, which nobody uses any more
   */
  void reconfigure(
      Settings newSettings,
      Plugins newPlugins,
      CompletableFuture<?> answer,
      Consumer<Plugins> done) {
    Learning learning = chronicle.learning();
    learning.whenFree(
        () -> {
          Plugins old = plugins;
          learning.end(
              old.knowledge(),
              () ->
                  EngineThread.answered(
                      answer,
                      () -> {
                        use(newSettings, newPlugins);
                        done.accept(old);
                      }));
        });
  }

  private void use(Settings newSettings, Plugins newPlugins) {
    settings = newSettings;
    plugins = newPlugins;
    history.keep(newSettings.historyBytes());
    lookout.use(newSettings, newPlugins);
    chronicle.learning().startAnew();
    assessment.use(newSettings, newPlugins);
    deliberation.startAnew();
    treatment.startAnew();
    improvement.startAnew();
    for (Tracked incident : List.copyOf(incidents.open())) {
      if (!sightings.watched(incident) && incident.phase() == Phase.IDLE) {
        incidents.notDone(incident, "its detector is switched off");
        incidents.close(incident, IncidentStatus.ESCALATED, "its detector is switched off");
      }
    }
  }

  // ----------------------------------------------------------- who owns what

  Deliberation deliberation() {
    return deliberation;
  }

  Confirmations confirmations() {
    return confirmations;
  }

  Assessment assessment() {
    return assessment;
  }

  Incidents incidents() {
    return incidents;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  Plugins plugins() {
    return plugins;
  }

  Settings settings() {
    return settings;
  }

  OffSwitch offSwitch() {
    return offSwitch;
  }

  Unasked unasked() {
    return unasked;
  }

  Lookout lookout() {
    return lookout;
  }

  HistoryWriter history() {
    return history;
  }
}
