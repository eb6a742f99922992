package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.Unreadable;
import dev.healing.core.replay.HiddenProblems.Treated;
import dev.healing.core.replay.ReadAhead;
import dev.healing.core.replay.ReplayHost;
import dev.healing.core.replay.ReplayPlugins;
import dev.healing.core.trace.RecordedLook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the unchanged engine over a trace, in the trace's time: what would this policy have done?
 * Touches nothing: the plugins that would are {@linkplain ReplayPlugins replaced}.
 */
public final class Replay {
  private final Map<String, Life> lives = new LinkedHashMap<>();
  private final ReplayPlugins plugins;

  private Replay(ReplayPlugins plugins) {
    this.plugins = plugins;
  }

  /** An incident on its way: of what there may be hundreds of thousands of, only what is told. */
  private static final class Life {
    private final boolean told;
    private final Issue first;
    private Incident newest;
    private Issue worst;
    private final List<Replayed.Would> would = new ArrayList<>();

    private Life(boolean told, Incident first) {
      this.told = told;
      this.first = brief(first.issue());
      this.worst = this.first;
      this.newest = brief(first, worst);
    }

    private void is(Incident incident) {
      is(incident.issue());
      newest = brief(incident, worst);
    }

    /** At its worst, for the first time. */
    private void is(Issue now) {
      if (now.severity().compareTo(worst.severity()) > 0) {
        worst = brief(now);
      }
    }

    private void would(
        Instant at, Replayed.Step step, Optional<Decision> decision, String whyInWords) {
      Optional<ActionId> action =
          decision.filter(d -> !d.plan().empty()).map(d -> d.plan().next().action().id());
      would.add(new Replayed.Would(at, step, action, told ? whyInWords : ""));
    }

    private Issue brief(Issue all) {
      return told
          ? all
          : Issue.of(all.detectedAt(), all.type(), all.severity(), "", Map.of(), all.components());
    }

    private Incident brief(Incident all, Issue issue) {
      return new Incident(
          all.id(),
          all.fingerprint(),
          issue,
          all.status(),
          all.firstSeen(),
          all.lastSeen(),
          all.closedAt(),
          all.cause(),
          Optional.empty(),
          List.of(),
          told ? all.note() : "");
    }
  }

  /**
   * Replays several policies beside each other, each on a thread of its own: the trace is read
   * once. If one cannot be replayed, all end at once.
   *
   * @param policies engines that are assembled and not built: their configuration and plugins;
   *     their hosts are not used
   * @param bootId of the trace
   * @param trace gives the next look, and nothing at the end; asked on another thread, one look
   *     after the other, and not any more when this returns
   * @param helps what is taken for granted, since no trace can tell: that each action helps, so
   *     that its problem is gone for the engine until it comes back; or that none does
   * @return what came of each
   * @throws HealingException if the trace is empty or damaged
   */
  public static List<Replayed> run(
      List<EngineBuilder> policies,
      String bootId,
      Supplier<Optional<RecordedLook>> trace,
      boolean helps) {
    List<ReplayPlugins> plugins =
        policies.stream().map(policy -> ReplayPlugins.in(policy.registry(), helps)).toList();
    Supplier<Optional<RecordedLook>> announced =
        () -> {
          Optional<RecordedLook> look = trace.get();
          look.ifPresent(l -> plugins.forEach(one -> one.announce(l)));
          return look;
        };
    AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
    List<CompletableFuture<Replayed>> replays = new ArrayList<>();
    ReadAhead ahead = new ReadAhead(announced, policies.size());
    try {
      for (int i = 0; i < policies.size(); i++) {
        EngineBuilder policy = policies.get(i);
        Replay replay = new Replay(plugins.get(i));
        ReadAhead.Reader reader = ahead.readers().get(i);
        replays.add(
            CompletableFuture.supplyAsync(
                    () ->
                        replay.over(
                            policy, new ReplayHost(bootId, Set.of(Audit.FILE)), reader::next),
                    Replay::onItsOwn)
                .whenComplete(
                    (replayed, why) -> {
                      if (why != null && fault.compareAndSet(null, why)) {
                        ahead.close(); // what the others say then is worth nothing
                      }
                    }));
      }
      replays.forEach(replay -> replay.handle((replayed, why) -> why).join());
    } finally {
      ahead.close();
    }
    thrown(fault.get());
    return replays.stream().map(CompletableFuture::join).toList();
  }

  private static void onItsOwn(Runnable replay) {
    Thread thread = new Thread(replay, "healing-replay");
    thread.setDaemon(true);
    thread.start();
  }

  private static void thrown(@Nullable Throwable fault) {
    Throwable why = fault instanceof CompletionException ? fault.getCause() : fault;
    if (why instanceof RuntimeException e) {
      throw e;
    }
    if (why instanceof Error e) {
      throw e;
    }
  }

  private Replayed over(
      EngineBuilder policy, ReplayHost host, Supplier<Optional<RecordedLook>> trace) {
    RecordedLook look =
        trace.get().orElseThrow(() -> new HealingException("there is no look in the trace"));
    Instant from = look.at();
    Instant to = from;
    long looks = 0;
    Set<Unreadable> unseen;
    host.show(look);
    try (HealingEngine engine = policy.host(host).build()) {
      engine.addListener(this::heard);
      for (Optional<RecordedLook> next = Optional.of(look); next.isPresent(); next = trace.get()) {
        RecordedLook now = next.orElseThrow();
        host.show(now);
        plugins.show(now);
        engine.loop().wake();
        while (engine.turn().isZero() || engine.hasPost()) {
          // Until it waits for the next look.
        }
        engine.loop().incidents().open().forEach(this::seen);
        to = now.at();
        looks++;
      }
      engine.incidents().forEach(this::ended);
      unseen = Set.copyOf(plugins.unseen(engine.loop().plugins()));
    }
    List<Replayed.Problem> problems = new ArrayList<>();
    lives.values().forEach(life -> problems.add(problem(life)));
    return new Replayed(from, to, looks, problems, unseen);
  }

  /** It was over when the trace says so, not when the engine was led to think so. */
  private Replayed.Problem problem(Life life) {
    Incident incident = life.brief(life.newest, life.worst);
    Optional<Instant> closed = incident.closedAt();
    Optional<Treated> taken =
        plugins
            .hidden()
            .treated(incident.fingerprint(), incident.firstSeen())
            .filter(one -> closed.filter(one.at()::isAfter).isEmpty());
    return new Replayed.Problem(
        incident, life.first, taken.isPresent() ? taken.get().over() : closed, life.would);
  }

  /** Of what nobody is told: that it has become worse. */
  private void seen(Tracked incident) {
    Life life = lives.get(incident.id);
    if (life != null) {
      life.is(incident.issue);
    }
  }

  private void ended(Incident incident) {
    Life life = lives.get(incident.id());
    if (life != null) {
      life.is(incident);
    }
  }

  private void heard(Event event) {
    Incident incident = event.incident().orElse(null);
    if (incident == null) {
      return;
    }
    boolean told = lives.size() < Replayed.TOLD;
    Life life = lives.computeIfAbsent(incident.id(), id -> new Life(told, incident));
    life.is(incident);
    Optional<Decision> decision = incident.decision();
    String reason = decision.map(d -> d.verdict().reason()).orElse(incident.note());
    Instant at = event.at();
    switch (event.kind()) {
      case ACTION_STARTED -> life.would(at, Replayed.Step.STARTED, decision, planned(decision));
      case CONFIRMATION_NEEDED -> life.would(at, Replayed.Step.ASKED, decision, reason);
      case DECIDED -> life.would(at, Replayed.Step.HELD_BACK, decision, reason);
      case ESCALATED ->
          life.would(at, Replayed.Step.HANDED_OVER, Optional.empty(), event.message());
      default -> {}
    }
  }

  private static String planned(Optional<Decision> decision) {
    return decision.map(d -> d.plan().reason()).orElse("");
  }
}
