package dev.healing.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Autonomy;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.Decision;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.journal.Journal;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.Listener;
import dev.healing.spi.ListenerProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine as a program that embeds it sees it. */
@Timeout(60)
class HealingEngineTest {
  private static final String UNIT = "web.service";

  private final TestHost host = new TestHost();
  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private final List<String> done = new CopyOnWriteArrayList<>();
  private Risk risk = Risk.LOW;
  @TempDir private Path directory;

  @AfterEach
  void end() {
    host.time().close();
  }

  private EngineBuilder builder(HostContext context, Map<String, ?> configuration) {
    return Given.engine(context, configuration)
        .add(Given.detector("services", this::detect))
        .add(Given.action(Given.RESTART, risk, execution -> mend()));
  }

  private Detection detect(HostState state) {
    return Detection.of(broken.stream().map(unit -> Given.issue(state.at(), unit)).toList());
  }

  private ActionReport mend() {
    done.add("mended");
    broken.clear();
    return ActionReport.done("mended");
  }

  /** An engine in virtual time, whose turns are taken by {@link #run}. */
  private HealingEngine virtual(Map<String, ?> configuration) {
    return opened(builder(host, configuration));
  }

  private static HealingEngine opened(EngineBuilder builder) {
    HealingEngine engine = builder.build();
    engine.open();
    return engine;
  }

  private void run(HealingEngine engine, Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  private Issue issue() {
    return Given.issue(host.time().now(), UNIT);
  }

  // ------------------------------------------------- real time, a real thread

  @Test
  void healsForAProgramThatEmbedsIt() throws Exception {
    try (LinuxHost real = LinuxHost.open(directory.resolve("state"));
        HealingEngine engine = builder(real, Map.of()).build()) {
      List<Event> events = new CopyOnWriteArrayList<>();
      CompletableFuture<Event> finished = new CompletableFuture<>();
      engine.addListener(
          event -> {
            throw new IllegalStateException("a listener that does not work");
          });
      engine.addListener(
          event -> {
            events.add(event);
            if (event.kind() == Event.Kind.ACTION_FINISHED) {
              finished.complete(event);
            }
          });
      engine.start();
      assertThatThrownBy(engine::start).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(engine::look).isInstanceOf(IllegalStateException.class);

      broken.add(UNIT);
      Receipt receipt =
          engine.heal(Given.issue(Instant.now(), UNIT)).toCompletableFuture().get(30, SECONDS);

      assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
      assertThat(done).hasSize(1);
      assertThat(finished.get(10, SECONDS).message()).contains("restart_service", "HEALED");
      assertThat(events).extracting(Event::kind).contains(Event.Kind.INCIDENT_OPENED);
      assertThat(engine.status().healsInLastHour()).isEqualTo(1);
      assertThat(engine.audit().history(5)).containsExactly(receipt);
    }
  }

  @Test
  void closingAnswersThoseWhoStillWait() {
    HealingEngine engine;
    CompletableFuture<Receipt> waiting;
    try (LinuxHost real = LinuxHost.open(directory.resolve("state"))) {
      engine = builder(real, Map.of()).build();
      waiting = engine.heal(Given.issue(Instant.now(), UNIT)).toCompletableFuture();
      engine.close();
    }
    assertThat(waiting).isCompletedExceptionally();
    assertThat(engine.heal(issue()).toCompletableFuture()).isCompletedExceptionally();
    assertThatThrownBy(waiting::join)
        .hasCauseInstanceOf(HealingException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void closingAnswersWhoAskedWhatIsStillBeingWorkedOut() {
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(Given.detector("services", this::detect))
                .add(new Given.Actions("restart_service", new SlowAction())));
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(1));
    CompletableFuture<Decision> asked = engine.consider(issue()).toCompletableFuture();
    run(engine, Duration.ofSeconds(1));
    assertThat(asked).isNotDone();

    engine.close();

    assertThat(asked).isCompletedExceptionally();
    assertThatThrownBy(asked::join)
        .hasCauseInstanceOf(HealingException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void whatIsStoppedWithTheEngineIsNoFailure() throws Exception {
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    try (LinuxHost real = LinuxHost.open(directory.resolve("state"))) {
      HealingEngine engine =
          Given.engine(real, Map.of())
              .add(Given.detector("services", this::detect))
              .add(
                  Given.action(
                      Given.RESTART,
                      risk,
                      execution -> {
                        begun.complete(true);
                        boolean ended = execution.pause(Duration.ofSeconds(50));
                        return ActionReport.failed(ended ? "in vain" : "told to stop");
                      }))
              .build();
      engine.start();
      broken.add(UNIT);
      CompletableFuture<Receipt> receipt =
          engine.heal(Given.issue(Instant.now(), UNIT)).toCompletableFuture();
      begun.get(30, SECONDS);

      engine.close(); // after five seconds of grace

      assertThat(receipt.get(1, SECONDS).outcome()).isEqualTo(Outcome.AMBIGUOUS);
      assertThat(receipt.join().detail()).contains("told to stop", "the engine was stopped");
      assertThat(new Audit(real.state()).history(5)).containsExactly(receipt.join());
    }
  }

  /** Who would wait there for the engine's thread would wait for itself. */
  @Test
  void whoIsAnsweredOnItsThreadMayCloseIt() throws Exception {
    CompletableFuture<Thread> closedOn = new CompletableFuture<>();
    AtomicInteger closedTimes = new AtomicInteger();
    try (LinuxHost real = LinuxHost.open(directory.resolve("state"))) {
      HealingEngine engine = builder(real, Map.of()).add(closes(closedTimes)).build();
      engine
          .consider(Given.issue(Instant.now(), UNIT))
          .whenComplete(
              (decision, fault) -> {
                engine.close();
                closedOn.complete(Thread.currentThread());
              });
      long beganNanos = System.nanoTime();
      engine.start();
      assertThat(closedOn.get(30, SECONDS).getName()).isEqualTo("healing");
      engine.ended().toCompletableFuture().get(30, SECONDS);
      engine.close();
      assertThat(closedTimes).as("once").hasValue(1);
      assertThat(Duration.ofNanos(System.nanoTime() - beganNanos))
          .isLessThan(Duration.ofSeconds(5));
    }
  }

  private static TriggerProvider closes(AtomicInteger times) {
    return new TriggerProvider() {
      @Override
      public String name() {
        return "bell";
      }

      @Override
      public Trigger create(HostContext context) {
        return new Trigger() {
          @Override
          public String start(Wake wake) {
            return "a bell";
          }

          @Override
          public void close() {
            times.incrementAndGet();
          }
        };
      }
    };
  }

  // ------------------------------------------------------------- virtual time

  @Test
  void aDryRunChangesNothing() {
    HealingEngine engine = opened(builder(host, Map.of()).automatic(false));
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(2));
    long writes = host.state().writes();

    CompletableFuture<Decision> decision = engine.consider(issue()).toCompletableFuture();
    run(engine, Duration.ofMinutes(1));

    assertThat(decision)
        .isCompletedWithValueMatching(d -> d.verdict().kind() == Verdict.Kind.PROCEED);
    assertThat(decision.join().preview().orElseThrow().steps()).containsExactly("mend " + UNIT);
    assertThat(done).isEmpty();
    assertThat(host.state().writes()).isEqualTo(writes);
    assertThat(engine.incidents()).allMatch(incident -> incident.attempts().isEmpty());
  }

  @Test
  void aDryRunOfWhatIsNotThereSaysThatNothingWouldBeDone() {
    HealingEngine engine = virtual(Map.of());
    run(engine, Duration.ofSeconds(2));
    CompletableFuture<Decision> decision = engine.consider(issue()).toCompletableFuture();
    run(engine, Duration.ofSeconds(2));
    assertThat(decision.join().verdict().kind()).isEqualTo(Verdict.Kind.DENY);
    assertThat(decision.join().verdict().reason()).contains("services", "does not report it");
    assertThat(engine.incidents()).isEmpty();
  }

  @Test
  void aDryRunOfAKnownProblemIsAboutItsNewestEvidence() {
    HealingEngine engine = virtual(Map.of("autonomy", "suggest"));
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(2));

    Issue onSomebodysWord = Given.issue(host.time().now(), Severity.LOW, UNIT);
    CompletableFuture<Decision> decision = engine.consider(onSomebodysWord).toCompletableFuture();
    run(engine, Duration.ofSeconds(2));
    assertThat(decision.join().plan().issue().severity()).isEqualTo(Severity.HIGH);
  }

  @Test
  void whoAsksAboutNothingIsToldByOneOfOurs() {
    HealingEngine engine = opened(builder(host, Map.of()).automatic(false));
    run(engine, Duration.ofSeconds(2));
    CompletableFuture<Decision> decision = engine.consider(null).toCompletableFuture();
    run(engine, Duration.ofSeconds(2));
    assertThatThrownBy(decision::join).hasCauseExactlyInstanceOf(HealingException.class);
  }

  @Test
  void aLookChangesNothingAndSaysWhatWouldBeDone() throws Exception {
    try (LinuxHost real = LinuxHost.open(directory.resolve("state"));
        HealingEngine engine = builder(real, Map.of()).build()) {
      broken.add(UNIT);
      Look look = engine.look();
      assertThat(look.issues()).hasSize(1);
      assertThat(look.decisions())
          .singleElement()
          .satisfies(d -> assertThat(d.verdict().kind()).isEqualTo(Verdict.Kind.PROCEED));
      assertThat(done).isEmpty();
      assertThat(real.state().exists(Journal.FILE)).isFalse();
      assertThat(real.state().exists(Audit.FILE)).isFalse();
    }
  }

  @Test
  void aLookKnowsWhatWasDoneBefore() throws Exception {
    try (LinuxHost real = LinuxHost.open(directory.resolve("state"));
        HealingEngine engine = builder(real, Map.of()).build()) {
      Instant now = real.time().now();
      Audit audit = new Audit(real.state());
      audit.add(Given.receipt(Given.intent("a.1", now, Given.RESTART, UNIT), Outcome.HEALED, now));
      audit.commit();
      assertThat(engine.look().state().ownActions())
          .singleElement()
          .satisfies(own -> assertThat(own.target()).isEqualTo(UNIT));
    }
  }

  @Test
  void whatNobodyCanLookAtAgainEndsAmbiguous() {
    HealingEngine engine =
        opened(Given.engine(host, Map.of()).add(Given.action(Given.RESTART, risk, e -> mend())));
    CompletableFuture<Receipt> receipt = engine.heal(issue()).toCompletableFuture();
    run(engine, Duration.ofSeconds(10));
    assertThat(receipt).isCompletedWithValueMatching(r -> r.outcome() == Outcome.AMBIGUOUS);
    assertThat(engine.incidents())
        .singleElement()
        .satisfies(i -> assertThat(i.closedAt()).isPresent())
        .satisfies(i -> assertThat(i.note()).contains("no detector reports"));
  }

  @Test
  void approvingAndRejectingWhatIsNotAskedFails() {
    HealingEngine engine = virtual(Map.of());
    CompletableFuture<Receipt> answer = engine.approve("nope").toCompletableFuture();
    run(engine, Duration.ofSeconds(1));
    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(HealingException.class)
        .hasMessageContaining("no open incident 'nope'");
    assertThatThrownBy(() -> engine.reject("nope")).hasMessageContaining("'nope'");
    CompletableFuture<Receipt> heal = engine.heal("nope").toCompletableFuture();
    run(engine, Duration.ofSeconds(1));
    assertThat(heal).isCompletedExceptionally();
  }

  @Test
  void whatIsAskedIsDoneWhenApprovedAndNotWhenRejected() {
    risk = Risk.CRITICAL;
    HealingEngine engine = virtual(Map.of());
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(5));
    Incident asked = engine.incidents().get(0);
    assertThat(asked.awaitsConfirmation()).isTrue();
    assertThat(done).isEmpty();

    assertThat(engine.reject(asked.id()).status()).isEqualTo(IncidentStatus.ESCALATED);
    assertThatThrownBy(() -> engine.reject(asked.id()))
        .hasMessageContaining("does not wait for confirmation");
    run(engine, Duration.ofHours(2));
    assertThat(done).isEmpty();

    broken.clear();
    run(engine, Duration.ofSeconds(5));
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(5));
    CompletableFuture<Receipt> receipt =
        engine.approve(engine.incidents().get(0).id()).toCompletableFuture();
    run(engine, Duration.ofSeconds(5));
    assertThat(receipt).isCompletedWithValueMatching(r -> r.outcome() == Outcome.HEALED);
  }

  @Test
  void aReloadIsAllOrNothing() {
    HealingEngine engine = virtual(Map.of("autonomy", "suggest"));
    assertThatThrownBy(
            () ->
                engine.reload(
                    Configuration.of(
                        Map.of("autonomy", "auto", "detectors", Map.of("services", "of")))))
        .isInstanceOf(ConfigurationException.class);
    broken.add(UNIT);
    run(engine, Duration.ofMinutes(1));
    assertThat(engine.status().autonomy().name()).isEqualTo("SUGGEST");
    assertThat(done).isEmpty();

    engine.reload(Configuration.of(Map.of("autonomy", "auto")));
    run(engine, Duration.ofSeconds(5));
    assertThat(done).hasSize(1);
  }

  @Test
  void aListenerThatHangsIsAnIssueOfWhichAnotherIsTold() {
    List<String> told = new ArrayList<>();
    HealingEngine engine =
        opened(builder(host, Map.of()).add(listener("deaf", event -> sleepOn(3600))));
    engine.addListener(event -> told.add(event.message()));
    run(engine, Duration.ofSeconds(90));
    assertThat(engine.incidents())
        .extracting(incident -> incident.issue().components().first())
        .contains("listener:deaf");
    assertThat(told).anyMatch(message -> message.contains("listener:deaf"));
    assertThat(engine.plugins())
        .filteredOn(plugin -> plugin.name().equals("deaf"))
        .extracting(PluginInfo::state)
        .first()
        .asString()
        .contains("not come back");
  }

  private static ListenerProvider listener(String name, Listener listener) {
    return new ListenerProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Listener create(HostContext context) {
        return listener;
      }
    };
  }

  @Test
  void noTriggerListensOnAfterAReloadThatTheEndCutShort() {
    for (int steps = 0; steps < 8; steps++) { // of the reload, before the end
      Set<Trigger> listening = ConcurrentHashMap.newKeySet();
      HealingEngine engine = opened(builder(host, Map.of()).add(trigger(listening)));
      run(engine, Duration.ofSeconds(1));
      assertThat(listening).hasSize(1);
      engine.reload(Configuration.empty());
      for (int step = 0; step < steps; step++) {
        if (step % 2 == 0) {
          engine.turn();
        } else {
          host.time().runReady();
        }
      }
      engine.close();
      host.time().runReady();
      assertThat(listening).as("closed after %d steps", steps).isEmpty();
    }
  }

  private static TriggerProvider trigger(Set<Trigger> listening) {
    return new TriggerProvider() {
      @Override
      public String name() {
        return "bell";
      }

      @Override
      public Trigger create(HostContext context) {
        return new Trigger() {
          @Override
          public String start(Wake wake) {
            listening.add(this);
            return "a bell";
          }

          @Override
          public void close() {
            listening.remove(this);
          }
        };
      }
    };
  }

  @Test
  void nothingIsDoneAboutWhatOnlyADetectorOfBeforeAReloadHasSeen() {
    AtomicInteger made = new AtomicInteger();
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(slowThenCalm(made))
                .add(Given.action(Given.RESTART, risk, execution -> mend())));
    run(engine, Duration.ofMillis(100)); // the first look is under way
    CompletableFuture<?> reloaded = engine.reload(Configuration.empty()).toCompletableFuture();
    run(engine, Duration.ofMillis(1));
    assertThat(reloaded).isCompleted();
    run(engine, Duration.ofMinutes(1));
    assertThat(made.get()).isEqualTo(2);
    assertThat(engine.loop().lookout().looks()).isGreaterThan(50);
    assertThat(done).isEmpty();
    assertThat(engine.incidents()).isEmpty();
  }

  /** The first one takes half a second to report what the next one has been told to ignore. */
  private DetectorProvider slowThenCalm(AtomicInteger made) {
    return new DetectorProvider() {
      @Override
      public String name() {
        return "services";
      }

      @Override
      public Detector create(HostContext context) {
        boolean first = made.incrementAndGet() == 1;
        return new Detector() {
          @Override
          public Set<IssueType> reports() {
            return Set.of(Given.TYPE);
          }

          @Override
          public Detection detect(HostState state) {
            if (!first) {
              return Detection.NOTHING;
            }
            try {
              context.workers().sleep(Duration.ofMillis(500));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return Detection.of(List.of(Given.issue(state.at(), UNIT)));
          }
        };
      }
    };
  }

  /** Whoever sees since when something is so need not begin anew; unless it did not look. */
  @Test
  void aPluginRemembersOverAReloadUntilItIsSwitchedOff() {
    List<Object> memories = new ArrayList<>();
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(remembers("one", memories))
                .add(remembers("two", memories)));
    run(engine, Duration.ofSeconds(1));
    engine.reload(Configuration.of(Map.of("interval", "2s")));
    run(engine, Duration.ofSeconds(1));
    assertThat(memories).hasSize(4);
    assertThat(memories.get(2)).isSameAs(memories.get(0)).isNotSameAs(memories.get(1));
    assertThat(memories.get(3)).isSameAs(memories.get(1));
    Configuration wrong = Configuration.of(Map.of("detectors", Map.of("one", "off"), "no", "key"));
    assertThatThrownBy(() -> engine.reload(wrong)).isInstanceOf(ConfigurationException.class);
    engine.reload(Configuration.empty());
    run(engine, Duration.ofSeconds(1));
    assertThat(memories.get(memories.size() - 2))
        .as("one that was refused")
        .isSameAs(memories.get(0));
    memories.subList(4, memories.size()).clear();
    engine.reload(Configuration.of(Map.of("detectors", Map.of("one", "off"))));
    run(engine, Duration.ofSeconds(1));
    engine.reload(Configuration.empty());
    run(engine, Duration.ofSeconds(1));
    assertThat(memories).hasSize(7);
    assertThat(memories.get(5)).isNotSameAs(memories.get(0));
    assertThat(memories.get(6)).isSameAs(memories.get(1));
  }

  private static DetectorProvider remembers(String name, List<Object> memories) {
    return new DetectorProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Detector create(HostContext context) {
        memories.add(context.memory(AtomicInteger.class, AtomicInteger::new));
        return new Detector() {
          @Override
          public Set<IssueType> reports() {
            return Set.of(Given.TYPE);
          }

          @Override
          public Detection detect(HostState state) {
            return Detection.NOTHING;
          }
        };
      }
    };
  }

  @Test
  void whatWasBeingPreparedBeforeAReloadIsNotDoneAfterIt() {
    SlowAction action = new SlowAction();
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(Given.detector("services", this::detect))
                .add(new Given.Actions("restart_service", action)));
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(3));
    engine.reload(Configuration.empty());
    action.slow = false;
    run(engine, Duration.ofMinutes(1));
    assertThat(done).containsExactly("prepared 2");
  }

  @Test
  void anActionThatNeverComesBackFromPreparingCostsOneThread() {
    SlowAction action = new SlowAction();
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(Given.detector("services", this::detect))
                .add(new Given.Actions("restart_service", action)));
    broken.add(UNIT);
    run(engine, Duration.ofHours(2));
    assertThat(action.prepared).isEqualTo(1);
    assertThat(host.time().tasks()).isEqualTo(1);
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.ESCALATED);
    assertThat(engine.incidents().get(0).note()).contains("has not come back");
    action.slow = false;
    run(engine, Duration.ofSeconds(10));
    assertThat(done).containsExactly("prepared 2");
  }

  @Test
  void anActionThatComesBackFromNoProblemCostsAFewThreadsHoweverManyThereAre() {
    SlowAction action = new SlowAction();
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(Given.detector("services", this::detect))
                .add(new Given.Actions("restart_service", action)));
    for (int i = 0; i < 20; i++) {
      broken.clear();
      broken.add("u" + i + ".service");
      run(engine, Duration.ofMinutes(10));
    }
    assertThat(host.time().tasks()).isEqualTo(8);
    assertThat(engine.incidents())
        .anySatisfy(one -> assertThat(one.note()).contains("about 8 other problems"));
    action.slow = false;
    run(engine, Duration.ofMinutes(1));
    assertThat(done).containsExactly("prepared 9");
  }

  @Test
  void whoWaitsBehindAnActionThatDoesNotEndIsTold() {
    boolean[] ends = {false};
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of("limits", Map.of("cooldown", "1s")))
                .add(Given.detector("services", this::detect))
                .add(
                    Given.action(
                        Given.RESTART,
                        Risk.LOW,
                        execution -> {
                          while (!ends[0]) {
                            execution.pause(Duration.ofSeconds(1));
                            Thread.interrupted();
                            sleepOn();
                          }
                          return mend();
                        })));
    broken.add(UNIT);
    run(engine, Duration.ofMinutes(2));
    CompletableFuture<Receipt> receipt = engine.heal(issue()).toCompletableFuture();
    run(engine, Duration.ofSeconds(5));
    assertThat(receipt).isCompletedWithValueMatching(r -> r.outcome() == Outcome.NOT_ATTEMPTED);
    assertThat(receipt.join().detail()).contains("lane unit:" + UNIT, "does not end");
    ends[0] = true;
    run(engine, Duration.ofMinutes(1));
    assertThat(broken).isEmpty();
  }

  @Test
  void thatAnActionDidNotEndIsNotHeldAgainstTheOneAfterAReload() {
    HealingEngine engine =
        opened(
            Given.engine(host, Map.of())
                .add(Given.detector("services", this::detect))
                .add(
                    Given.action(
                        Given.RESTART,
                        Risk.LOW,
                        execution -> {
                          while (!broken.isEmpty()) {
                            sleepOn();
                          }
                          return mend();
                        })));
    broken.add(UNIT);
    run(engine, Duration.ofMinutes(2));
    assertThat(openAbout(engine, "action:")).isNotEmpty();
    engine.reload(Configuration.empty());
    run(engine, Duration.ofSeconds(10));
    assertThat(openAbout(engine, "action:")).isEmpty();
    broken.clear();
    run(engine, Duration.ofMinutes(20));

    broken.add(UNIT);
    run(engine, Duration.ofSeconds(10));
    engine.reload(Configuration.empty());
    run(engine, Duration.ofMinutes(2));
    assertThat(engine.audit().history(1).get(0).detail())
        .contains("did not end within its time limit");
    assertThat(openAbout(engine, "action:")).as("it ran before the reload").isEmpty();
    broken.clear();
    run(engine, Duration.ofSeconds(10));
  }

  private static List<Incident> openAbout(HealingEngine engine, String prefix) {
    return engine.incidents().stream()
        .filter(incident -> incident.closedAt().isEmpty())
        .filter(incident -> incident.issue().components().first().startsWith(prefix))
        .toList();
  }

  private void sleepOn() {
    sleepOn(1);
  }

  private void sleepOn(int seconds) {
    try {
      host.workers().sleep(Duration.ofSeconds(seconds));
    } catch (InterruptedException e) {
      // It does not listen.
    }
  }

  /** Takes as long to prepare as it likes, and does not listen. */
  private final class SlowAction implements HealingAction {
    private boolean slow = true;
    private int prepared;

    @Override
    public ActionDescription description() {
      return Given.description(Given.RESTART, Risk.LOW);
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String name = "prepared " + ++prepared;
      while (slow) {
        try {
          host.workers().sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
          // It goes on with what it was configured with.
        }
      }
      return new Given.Action(
              description(),
              execution -> {
                done.add(name);
                broken.clear();
                return ActionReport.done(name);
              })
          .prepare(issue, state);
    }
  }

  @Test
  void whatCannotBeJournalledIsNotDoneAndIsTold() {
    HealingEngine engine = virtual(Map.of());
    run(engine, Duration.ofSeconds(1));
    host.state().failWrites("No space left on device");
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(10));
    assertThat(done).isEmpty();
    assertThat(engine.status().trouble())
        .anySatisfy(trouble -> assertThat(trouble).contains("cannot be journalled"));
    host.state().healWrites();
    run(engine, Duration.ofSeconds(10));
    assertThat(done).hasSize(1);
    assertThat(engine.status().trouble()).isEmpty();
  }

  @Test
  void anAuditThatCannotBeReadMeansObservingToo() throws Exception {
    Path state = directory.resolve("state");
    LinuxHost.open(state).close();
    Files.createDirectory(state.resolve(Audit.FILE));
    broken.add(UNIT);
    try (LinuxHost real = LinuxHost.open(state);
        HealingEngine engine = opened(builder(real, Map.of()))) {
      assertThat(engine.status().autonomy()).isEqualTo(Autonomy.OBSERVE);
      assertThat(engine.status().trouble())
          .filteredOn(trouble -> trouble.startsWith(Audit.FILE + " cannot be read"))
          .singleElement()
          .satisfies(trouble -> assertThat(trouble).contains("restart"));
    }
  }

  @Test
  void aDamagedJournalMeansObserving() {
    broken.add(UNIT);
    run(virtual(Map.of()), Duration.ofSeconds(10));
    done.clear();
    host.state().damage(Journal.FILE, 1);
    HealingEngine engine = virtual(Map.of());
    broken.add("other.service");
    run(engine, Duration.ofMinutes(1));
    assertThat(done).isEmpty();
    assertThat(engine.status().autonomy().name()).isEqualTo("OBSERVE");
    assertThat(engine.status().trouble()).isNotEmpty();
    assertThat(engine.incident(engine.incidents().get(0).id()).flatMap(Incident::decision))
        .map(Decision::verdict)
        .map(Verdict::kind)
        .isEqualTo(Optional.of(Verdict.Kind.DENY));
  }
}
