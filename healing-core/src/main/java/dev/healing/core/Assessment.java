package dev.healing.core;

import dev.healing.api.Autonomy;
import dev.healing.api.Decision;
import dev.healing.api.Decision.Judgement;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Severity;
import dev.healing.core.calls.Counsel;
import dev.healing.core.calls.Inbox;
import dev.healing.core.calls.Preparations;
import dev.healing.core.guard.Patience;
import dev.healing.core.guard.SafetyGuards;
import dev.healing.core.guard.Settings;
import dev.healing.core.journal.Journal;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Proposal;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be tried about an incident, exactly what that would do, and what all guards say to it:
 * everything that it takes to decide, and nothing that does anything. For {@link Deliberation},
 * which goes on from here, and for {@link DryRun}, which does not.
 */
final class Assessment {
  private final TimeSource time;
  private final Journal journal;
  private final Incidents incidents;
  private final OffSwitch offSwitch;
  private final Counsel counsel;
  private final Preparations preparations;
  private Plugins plugins;
  private SafetyGuards guards;
  private Settings settings;
  private @Nullable HostState state;

  Assessment(
      HostContext host,
      Inbox inbox,
      Journal journal,
      Incidents incidents,
      OffSwitch offSwitch,
      Settings settings,
      Plugins plugins) {
    this.time = host.time();
    this.journal = journal;
    this.incidents = incidents;
    this.offSwitch = offSwitch;
    this.counsel = new Counsel(time, host.workers(), inbox, journal, new LadderPlanner(), plugins);
    this.preparations = new Preparations(time, host.workers(), inbox);
    this.plugins = plugins;
    this.guards = guards(settings);
    this.settings = settings;
  }

  /** Goes on with other settings and plugins. */
  void use(Settings newSettings, Plugins newPlugins) {
    plugins = newPlugins;
    counsel.use(newPlugins);
    preparations.startAnew();
    settings = newSettings;
    guards = guards(newSettings);
  }

  private SafetyGuards guards(Settings settings) {
    return new SafetyGuards(
        settings,
        action -> plugins.remedy(action).map(Plugins.Remedy::ceiling).orElse(Autonomy.OBSERVE),
        offSwitch::paused,
        journal::damaged,
        journal.problems()::rejected,
        journal.problems()::handedOver,
        incidents::unrelated,
        plugins.sampled());
  }

  SafetyGuards guards() {
    return guards;
  }

  /** The newest look at the host. */
  void seen(HostState newest) {
    state = newest;
  }

  /** Whether there has been a look yet. */
  boolean sighted() {
    return state != null;
  }

  /** The newest look at the host, of which there must have been one. */
  HostState state() {
    return Objects.requireNonNull(state, "decided before the first look");
  }

  /** Has plugins propose what to try, and say what their guards think of it. */
  void plan(
      Tracked incident, Counsel.Matter matter, Refusals refused, Consumer<Counsel.Advice> then) {
    List<Counsel.Option> options = new ArrayList<>();
    for (Plugins.Remedy remedy : plugins.remedies().values()) {
      var action = remedy.description();
      boolean wanted =
          incident
              .only()
              .map(action.id()::equals)
              .orElseGet(() -> action.treats().contains(incident.issue.type()));
      if (wanted) {
        Optional<String> objection =
            remedy
                .unprivileged()
                .or(() -> observed(remedy))
                .or(() -> refused.reason(incident, action.id(), state()))
                .or(() -> preparations.stuck(incident.fingerprint, action.id()));
        options.add(new Counsel.Option(remedy, objection));
      }
    }
    counsel.plan(matter, options, state(), patience(incident), then);
  }

  /** Whether any action treats issues of this type and may be used here. */
  boolean treats(IssueType type) {
    return plugins.remedies().values().stream()
        .anyMatch(
            remedy ->
                remedy.description().treats().contains(type)
                    && remedy.unprivileged().isEmpty()
                    && observed(remedy).isEmpty());
  }

  /** How long it may be left alone; absent where waiting is out of the question. */
  private Optional<Patience> patience(Tracked incident) {
    Duration limit = settings.limits().patience();
    Severity severity = incident.issue.severity();
    boolean mayWait =
        !limit.isZero()
            && severity.compareTo(Severity.MEDIUM) <= 0
            && severity.compareTo(incident.firstSeverity) <= 0
            && incident.attemptsMade == 0
            && incident.requests.isEmpty()
            && incident.validator.isEmpty();
    if (!mayWait) {
      return Optional.empty();
    }
    Duration before = incidents.leftAlone(incident.fingerprint);
    Duration left = limit.minus(before);
    return Optional.of(
        new Patience(
            Duration.ofNanos(time.monotonicNanos() - incident.openedNanos),
            before,
            left.isNegative() ? Duration.ZERO : left));
  }

  /**
   * What the operator does not want used, where others may be, stands in nobody's way. Where
   * nothing may be used at all, a plan still says what would be.
   */
  private Optional<String> observed(Plugins.Remedy remedy) {
    return remedy.ceiling() == Autonomy.OBSERVE && settings.autonomy() != Autonomy.OBSERVE
        ? Optional.of("actions." + remedy.description().id() + ".autonomy is observe")
        : Optional.empty();
  }

  /** The next step of a plan, unless a reload has taken it away since. */
  Optional<Plugins.Remedy> remedy(HealingPlan plan) {
    return plugins.remedy(plan.next().action().id());
  }

  /** Has an action work out what it would do. */
  Preparations.Preparation prepare(
      Tracked incident, Plugins.Remedy remedy, BiConsumer<Optional<PreparedAction>, String> done) {
    return preparations.begin(remedy, incident.issue, state(), done);
  }

  /** Has guards of plugins say what they think of exactly this; at once, if there are none. */
  void judge(
      Counsel.Matter matter, HealingPlan plan, Preview preview, Consumer<Counsel.Advice> then) {
    if (counsel.guarded()) {
      counsel.judge(matter, plan, preview, state(), then);
    } else {
      then.accept(new Counsel.Advice(plan, List.of()));
    }
  }

  /** What all guards together say, those of plugins as they said. */
  Decision decision(
      Tracked incident, HealingPlan plan, Optional<Preview> preview, List<Judgement> others) {
    return guards.judge(
        new Proposal(
            time.now(), incident.snapshot(), plan, preview, incident.origin(), state(), journal),
        others);
  }

  /** What is wrong with the plugins that were asked, by {@code kind:name}. */
  Map<String, String> faults() {
    return counsel.faults();
  }

  /**
   * Leaves behind what takes too long.
   *
   * @return how long until this must be asked again; absent if nothing is under way
   */
  Optional<Duration> enforceDeadlines(Duration pluginDeadline) {
    preparations.enforceDeadlines();
    Optional<Duration> counselled = counsel.enforce(pluginDeadline);
    Optional<Duration> prepared = preparations.untilNextDeadline();
    return counselled.isPresent() && prepared.isPresent()
        ? Optional.of(Collections.min(List.of(counselled.get(), prepared.get())))
        : counselled.or(() -> prepared);
  }
}
