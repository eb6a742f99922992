package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Autonomy;
import dev.healing.api.Benefit;
import dev.healing.api.Confidence;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.api.Standing;
import dev.healing.spi.Detector;
import dev.healing.spi.Execution;
import dev.healing.spi.Healer;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Workers;
import dev.healing.testkit.HostAround;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Opportunities are what a person or the optimizer chose to have done, each its own, whatever else
 * is wrong with the same component. Here a service gathers dust and copies, and fails by itself;
 * each has a remedy that takes ten seconds.
 */
class OpportunitiesTest {
  private static final String WEB = "web.service";
  private static final ActionId DUST = ActionId.of("remove_dust");
  private static final ActionId COPIES = ActionId.of("remove_copies");

  private final TestHost host = new TestHost();
  private final Set<ActionId> needed = new TreeSet<>(Set.of(DUST, COPIES));
  private final List<ActionId> done = new ArrayList<>();
  private final Applying optimizer = new Applying();
  private ActionReport report = ActionReport.done("did it");
  private final Set<ActionId> stays = new TreeSet<>();
  private final List<Receipt> learned = new ArrayList<>();
  private final List<Event> heard = new ArrayList<>();
  private boolean reports = true;
  private List<String> failing = List.of();
  private Map<String, Double> numbers = Map.of();
  private String lane = "one for all";
  private String target = WEB;
  private Severity severity = Severity.LOW;

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine engine(String autonomy) {
    return engine(Map.of("autonomy", autonomy));
  }

  private HealingEngine engine(Map<String, Object> configuration) {
    HealingEngine engine =
        HealingEngine.builder()
            .host(host)
            .discoverPlugins(false)
            .configuration(Configuration.of(configuration))
            .add(Given.detector("services", this::failed))
            .add(remedy(Given.RESTART, Risk.LOW))
            .add(remedy(DUST, Risk.MEDIUM))
            .add(remedy(COPIES, Risk.MEDIUM))
            .add(optimizer)
            .add(new Learning(learned))
            .build();
    engine.addListener(heard::add); // first: what is found at the start is told as well
    engine.open();
    run(engine, 2);
    return engine;
  }

  private Detection failed(HostState state) {
    List<Issue> issues = new ArrayList<>();
    failing.forEach(unit -> issues.add(Given.issue(state.at(), unit)));
    if (reports && needed.contains(Given.RESTART)) {
      Issue one = Given.issue(state.at(), WEB);
      issues.add(one.telling(one.description(), numbers));
    }
    return Detection.of(issues);
  }

  private Given.Actions remedy(ActionId id, Risk risk) {
    return new Given.Actions(id.name(), new Remedy(Given.description(id, risk)));
  }

  private void run(HealingEngine engine, int seconds) {
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(seconds));
  }

  private Opportunity opportunity(ActionId remedy) {
    Issue issue = Given.issue(host.time().now(), Severity.LOW, WEB);
    return new Opportunity(
        remedy.name(), OptimizationType.DISK_CLEANUP, remedy, issue, 5, 0.9, "much", true);
  }

  private CompletableFuture<Receipt> apply(HealingEngine engine, ActionId remedy) {
    return engine.apply(opportunity(remedy)).toCompletableFuture();
  }

  /** Has what it is told to apply done, and looks whether it is still needed. */
  private final class Applying implements OptimizerProvider, Optimizer {
    private Optional<Healer> own = Optional.empty();
    private final List<Boolean> cycles = new ArrayList<>();
    private boolean throwsInCycles;
    private boolean hangsInCycles;
    private Supplier<List<Opportunity>> finds = List::of;

    @Override
    public void cycle(HostState state, boolean acts) {
      cycles.add(acts);
      while (hangsInCycles) {
        sleepOn();
      }
      if (throwsInCycles) {
        throw new IllegalStateException("no idea");
      }
    }

    @Override
    public String name() {
      return "applying";
    }

    @Override
    public Optimizer create(HostContext context, Healer healer) {
      own = Optional.of(healer);
      return this;
    }

    @Override
    public List<Opportunity> findOpportunities(HostState state) {
      return finds.get();
    }

    @Override
    public CompletionStage<Receipt> apply(Opportunity opportunity, Healer healer) {
      Detector validator = looksFor(opportunity.action().orElseThrow());
      return healer.heal(opportunity.issue(), opportunity.action(), validator);
    }

    private Detector looksFor(ActionId remedy) {
      return new Detector() {
        @Override
        public Set<IssueType> reports() {
          return Set.of(Given.TYPE);
        }

        @Override
        public Detection detect(HostState state) {
          return needed.contains(remedy)
              ? Detection.of(List.of(Given.issue(state.at(), severity, WEB)))
              : Detection.NOTHING;
        }
      };
    }
  }

  /** Keeps what it is told of attempts. */
  private record Learning(List<Receipt> learned) implements KnowledgeBaseProvider, KnowledgeBase {
    @Override
    public String name() {
      return "learning";
    }

    @Override
    public KnowledgeBase create(HostContext context) {
      return this;
    }

    @Override
    public Confidence confidence(Fingerprint fingerprint, ActionId action) {
      return Confidence.UNKNOWN;
    }

    @Override
    public void record(Collection<Receipt> receipts) {
      learned.addAll(receipts);
    }

    @Override
    public String export() {
      return "{}";
    }
  }

  /** Takes ten seconds in the lane of that moment. */
  private record Work(ActionId id, Preview preview, OpportunitiesTest test)
      implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      if (!execution.pause(Duration.ofSeconds(10))) {
        return ActionReport.failed("stopped");
      }
      if (!test.stays.contains(id)) {
        test.needed.remove(id);
      }
      test.done.add(id);
      return test.report;
    }
  }

  private final class Remedy implements HealingAction {
    private final ActionDescription description;

    Remedy(ActionDescription description) {
      this.description = description;
    }

    @Override
    public ActionDescription description() {
      return description;
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      ActionId id = description.id();
      Preview preview = Preview.of(target, lane, Duration.ofSeconds(10), Map.of(), id + " " + WEB);
      return new Work(id, preview, OpportunitiesTest.this);
    }
  }

  private String waits(Map<String, Object> configuration, String forTime) {
    HealingEngine engine = engine(configuration);
    optimizer.finds = () -> List.of(opportunity(DUST).waiting(forTime));
    return engine.opportunities(engine.state().orElseThrow()).get(0).waits();
  }

  @Test
  void whatHoldsItBackIsToldAndWhatLetsIt() {
    assertThat(waits(Map.of(), "")).isEmpty();
    assertThat(waits(Map.of(), "it is noon"))
        .isEqualTo("it is noon; 'healing opportunities --apply remove_dust' asks for it");
    assertThat(waits(Map.of("autonomy", "confirm"), "it is noon"))
        .isEqualTo(
            "autonomy is confirm: done on request only; 'autonomy: auto' lets it; it is noon");
    assertThat(waits(Map.of("autonomy", "observe"), ""))
        .startsWith("autonomy is observe: nothing is done, not even on request");
    assertThat(waits(Map.of("actions", Map.of("remove_dust", Map.of("autonomy", "suggest"))), ""))
        .isEqualTo(
            "actions.remove_dust.autonomy is suggest: done on request only; 'healing opportunities"
                + " --apply remove_dust' asks for it");
    assertThat(waits(Map.of("limits", Map.of("heals-per-hour", 0)), ""))
        .startsWith("half of limits.heals-per-hour are used up");
    failing = List.of("a.service", "b.service", "c.service");
    assertThat(waits(Map.of("limits", Map.of("storm", 3)), ""))
        .startsWith("this host is sick, as 'healing issues' tells: done on request only");
    failing = List.of();
    new OffSwitch(host.state(), host.time()).pause(Optional.of(Duration.ofHours(1)));
    assertThat(waits(Map.of("autonomy", "confirm"), ""))
        .matches("paused until 2.*: nothing is done; 'healing resume' lets it");
  }

  /** Whatever else is said of it, what waits for a person's word is not held back. */
  @Test
  void whatAnActionHasLostOfItsAutonomyHoldsItBack() {
    Standing worse = new Standing(1, "remove_dust has made service_failed worse once");
    HeldBack one =
        new HeldBack(Optional.empty(), Map.of(DUST, Autonomy.AUTO), (t, a) -> Optional.of(worse));
    assertThat(one.tell(opportunity(DUST)).waits())
        .isEqualTo(
            "confirm, since remove_dust has made service_failed worse once: asked about first;"
                + " 'healing opportunities --apply remove_dust' asks for it");
    Opportunity asked =
        new Opportunity(
            "x", OptimizationType.DISK_CLEANUP, DUST, opportunity(DUST).issue(), 5, 1, "", false);
    assertThat(one.tell(asked)).isEqualTo(asked);
    HeldBack none =
        new HeldBack(Optional.empty(), Map.of(DUST, Autonomy.AUTO), (t, a) -> Optional.empty());
    assertThat(none.tell(opportunity(DUST))).isEqualTo(opportunity(DUST));
  }

  @Test
  void whatIsWorthDoingIsNoProblemThatWasNoticedOrHandedOver() {
    HealingEngine engine = engine("auto");
    List<Event.Kind> told = new ArrayList<>();
    engine.addListener(event -> told.add(event.kind()));
    needed.add(COPIES); // nothing that is done about it helps
    CompletableFuture<Receipt> receipt =
        optimizer.apply(opportunity(COPIES), optimizer.own.orElseThrow()).toCompletableFuture();
    run(engine, 120);

    assertThat(receipt).isCompleted();
    assertThat(told)
        .contains(Event.Kind.ACTION_STARTED, Event.Kind.ACTION_FINISHED)
        .doesNotContain(Event.Kind.INCIDENT_OPENED, Event.Kind.ESCALATED);
  }

  /** Whoever has it done, whether it has brought anything, and whatever its optimizer measures. */
  @Test
  void whatIsWorthDoingIsNoTryAtTheProblemThatItsActionTreats() {
    HealingEngine engine = engine(Map.of("limits", Map.of("cooldown", "1s", "attempts", "2")));
    List<String> told = new ArrayList<>();
    engine.addListener(event -> told.add(event.kind() + " " + event.message()));
    Issue kept = opportunity(Given.RESTART).issue();
    needed.add(Given.RESTART);
    stays.add(Given.RESTART);
    failing = List.of();
    reports = false;
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Receipt> tried = apply(engine, Given.RESTART);
      run(engine, 60);
      assertThat(tried.join().outcome()).isEqualTo(Outcome.UNCHANGED);
      assertThat(tried.join().isOpportunity()).isTrue();
      assertThat(tried.join().detail()).contains("it has brought less than was expected");
    }
    assertThat(kept.isOpportunity()).as("its optimizer measures nothing").isFalse();
    assertThat(told)
        .filteredOn(line -> line.contains("ACTION_FINISHED"))
        .hasSize(3)
        .allMatch(line -> line.contains(" worth doing, as a person asked: restart_service "));
    assertThat(told).noneMatch(line -> line.startsWith("INCIDENT_CLOSED"));
    assertThat(EngineJson.receipt(engine.audit().history(1).get(0)).path("opportunity").asBoolean())
        .isTrue();
    assertThat(learned).isEmpty();

    stays.clear();
    reports = true; // a real one, with all its tries
    run(engine, 60);
    assertThat(learned)
        .singleElement()
        .satisfies(r -> assertThat(r.isOpportunity()).isFalse())
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.HEALED));
  }

  @Test
  void whatADetectorReportsIsAProblemWhateverItsNumbersAreCalled() {
    for (String number : List.of("benefit.paid.count", "benefit.less.count{paid.count}")) {
      learned.clear();
      numbers = Map.of(number, 3.0);
      assertBroken(engine(Map.of("limits", Map.of("cooldown", "10s", "heals-per-hour", "50"))));
    }
    reports = false;
    HealingEngine engine = engine("auto");
    Issue issue = opportunity(DUST).issue().telling("", numbers);
    engine.heal(issue, Optional.of(DUST), optimizer.looksFor(DUST));
    run(engine, 60);
    assertThat(engine.audit().history(1).get(0).isOpportunity()).isFalse();
  }

  private void assertBroken(HealingEngine engine) {
    needed.add(Given.RESTART);
    stays.add(Given.RESTART);
    run(engine, 50 * 60);
    assertThat(learned).as("three remedies").hasSize(9).noneMatch(Receipt::isOpportunity);
    assertThat(open(engine))
        .singleElement()
        .satisfies(i -> assertThat(i.issue().isOpportunity()).isFalse())
        .satisfies(i -> assertThat(i.status()).isEqualTo(IncidentStatus.ESCALATED));
    needed.remove(Given.RESTART);
    run(engine, 2 * 60 * 60);
  }

  /** However it ended: the remedy has just been at what it would be done to again. */
  @Test
  void theCooldownHoldsAfterOneThoughItsTargetIsAnother() {
    Map<String, Object> limits = Map.of("cooldown", "5m", "attempts", "5", "patience", "0s");
    HealingEngine engine = engine(Map.of("limits", limits));
    target = "one";
    needed.add(Given.RESTART);
    reports = false;
    assertThat(appliedFor(engine, 30).outcome()).isEqualTo(Outcome.HEALED);

    target = "two";
    needed.add(Given.RESTART);
    reports = true;
    run(engine, 4 * 60);
    assertThat(done).containsExactly(Given.RESTART);
    assertThat(open(engine))
        .singleElement()
        .satisfies(i -> assertThat(i.note()).contains("restart_service on one was started"));
    run(engine, 2 * 60);
    assertThat(done).containsExactly(Given.RESTART, Given.RESTART);
  }

  private Receipt appliedFor(HealingEngine engine, int seconds) {
    CompletableFuture<Receipt> receipt = apply(engine, Given.RESTART);
    run(engine, seconds);
    return receipt.join();
  }

  /** Of an action that does harm the knowledge base hears whatever it was done for. */
  @Test
  void whatHasMadeThingsWorseIsLearned() {
    HealingEngine engine = engine("auto");
    stays.add(DUST);
    CompletableFuture<Receipt> receipt = apply(engine, DUST);
    run(engine, 5);
    severity = Severity.CRITICAL;
    run(engine, 60);
    assertThat(receipt.join().outcome()).isEqualTo(Outcome.WORSE);
    assertThat(learned).containsExactly(receipt.join());
    assertThat(receipt.join().isOpportunity()).isTrue();
  }

  /** A program's own validator looks at a problem. */
  @Test
  void whatAProgramHasFoundIsAProblem() {
    HealingEngine engine = engine("auto");
    CompletableFuture<Receipt> receipt =
        engine
            .heal(opportunity(DUST).issue(), Optional.of(DUST), optimizer.looksFor(DUST))
            .toCompletableFuture();
    run(engine, 60);
    assertThat(receipt.join().isOpportunity()).isFalse();
    assertThat(receipt.join().detail()).contains("the issue is gone");
    assertThat(learned).hasSize(1);
  }

  @Test
  void whatWasTakenIsToldSoAfterACrashToo() {
    HealingEngine engine = engine("auto");
    apply(engine, DUST);
    run(engine, 2);
    host.time().killTasks();

    heard.clear();
    HealingEngine next = engine("auto");
    run(next, 600);
    assertThat(next.audit().history(5))
        .singleElement()
        .satisfies(r -> assertThat(r.isOpportunity()).isTrue())
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.AMBIGUOUS));
    assertThat(heard)
        .extracting(Event::kind)
        .contains(Event.Kind.TROUBLE, Event.Kind.ACTION_FINISHED)
        .doesNotContain(Event.Kind.INCIDENT_CLOSED, Event.Kind.ESCALATED);
    assertThat(heard)
        .extracting(Event::message)
        .contains(
            "worth doing, as a person asked: found an intent without a receipt: remove_dust"
                + " web.service may or may not have been done; nobody can look at it again");
    assertThat(learned).isEmpty();
  }

  @Test
  void whatAPersonIsAskedAboutTheProblemOutlastsACrashOfOne() {
    needed.add(Given.RESTART);
    HealingEngine engine = engine("confirm");
    run(engine, 5);
    String asked = question(engine);
    apply(engine, DUST);
    run(engine, 2);
    host.time().killTasks();

    heard.clear();
    HealingEngine next = engine("confirm");
    run(next, 10);
    assertThat(question(next)).isEqualTo(asked);
    assertThat(heard)
        .extracting(Event::kind)
        .doesNotContain(Event.Kind.CONFIRMATION_OVER, Event.Kind.CONFIRMATION_NEEDED);
  }

  private static String question(HealingEngine engine) {
    return open(engine).stream().flatMap(i -> i.confirmation().stream()).findFirst().orElseThrow();
  }

  /** The one done in its stead is another thing, and nobody has heard that answered. */
  @Test
  void whatAPersonIsAskedAboutTheProblemOutlastsTheApprovalOfOne() {
    needed.add(Given.RESTART);
    HealingEngine engine = engine("confirm");
    run(engine, 5);
    String asked = question(engine);
    optimizer.apply(opportunity(DUST), optimizer.own.orElseThrow());
    run(engine, 5);
    String other =
        open(engine).stream()
            .flatMap(i -> i.confirmation().stream())
            .filter(id -> !id.equals(asked))
            .findFirst()
            .orElseThrow();
    assertThat(heard)
        .extracting(Event::message)
        .anyMatch(message -> message.startsWith("worth doing: approve " + other))
        .noneMatch(message -> message.contains("by itself"));
    engine.approve(other);
    run(engine, 2);
    assertThat(heard)
        .extracting(Event::message)
        .anyMatch(message -> message.startsWith("worth doing, as a person approved: "));
    host.time().killTasks();

    heard.clear();
    HealingEngine next = engine("confirm");
    run(next, 10);
    assertThat(question(next)).isEqualTo(asked);
    assertThat(heard)
        .extracting(Event::kind)
        .doesNotContain(Event.Kind.CONFIRMATION_OVER, Event.Kind.CONFIRMATION_NEEDED);
  }

  @Test
  void whatAnOptimizerMakesOfAnAnswerIsNotMadeOnTheEnginesThread() {
    HealingEngine engine = engine("auto");
    Thread engines = Thread.currentThread();
    List<Thread> answered = new ArrayList<>();
    Opportunity dust = opportunity(DUST);
    optimizer
        .apply(dust, optimizer.own.orElseThrow())
        .thenAccept(r -> answered.add(Thread.currentThread()));
    apply(engine, COPIES).thenAccept(r -> answered.add(Thread.currentThread()));
    run(engine, 120);

    assertThat(answered).hasSize(2).doesNotContain(engines);
  }

  @Test
  void aPersonsWordPassesWhereTheOptimizersOwnDoesNot() {
    HealingEngine engine = engine("suggest");
    CompletableFuture<Receipt> byItself =
        optimizer.apply(opportunity(DUST), optimizer.own.orElseThrow()).toCompletableFuture();
    run(engine, 60);
    assertThat(byItself).isCompletedWithValueMatching(r -> r.outcome() == Outcome.NOT_ATTEMPTED);
    assertThat(byItself.join().origin()).isEqualTo(Origin.AUTOMATIC);
    assertThat(byItself.join().detail()).contains("autonomy");

    CompletableFuture<Receipt> requested = apply(engine, DUST);
    run(engine, 60);
    assertThat(requested).isCompletedWithValueMatching(r -> r.outcome() == Outcome.HEALED);
    assertThat(requested.join().origin()).isEqualTo(Origin.REQUESTED);
    assertThat(done).containsExactly(DUST);
  }

  @Test
  void theOptimizerHasItsTurnEveryMinuteAndMayActInAutoOnly() {
    for (String autonomy : List.of("observe", "suggest", "confirm", "auto")) {
      optimizer.cycles.clear();
      HealingEngine engine = engine(autonomy);
      run(engine, 5 * 60 - 5);
      assertThat(optimizer.cycles).as("the host has just started").isEmpty();
      run(engine, 2 * 60);
      assertThat(optimizer.cycles).hasSizeBetween(2, 3);
      assertThat(optimizer.cycles).as(autonomy).containsOnly(autonomy.equals("auto"));
    }
  }

  @Test
  void theOffSwitchHoldsForItToo() {
    HealingEngine engine = engine("auto");
    new OffSwitch(host.state(), host.time()).pause(Optional.empty());
    run(engine, 6 * 60);
    assertThat(optimizer.cycles).isNotEmpty().containsOnly(false);
  }

  @Test
  void halfOfWhatMayBeDoneInAnHourIsLeftToWhatIsWrong() {
    HealingEngine engine = engine(Map.of("limits", Map.of("heals-per-hour", 4)));
    for (int heal = 0; heal < 2; heal++) {
      optimizer.cycles.clear();
      run(engine, 6 * 60);
      assertThat(optimizer.cycles).as("%d heals", heal).contains(true);
      needed.add(Given.RESTART);
      run(engine, 60);
      assertThat(needed).as("healed").doesNotContain(Given.RESTART);
    }
    optimizer.cycles.clear();
    run(engine, 2 * 60);
    assertThat(optimizer.cycles).isNotEmpty().containsOnly(false);
  }

  @Test
  void oneThatThrowsIsNamedAndHasItsTurnAgain() {
    optimizer.throwsInCycles = true;
    HealingEngine engine = engine("auto");
    run(engine, 6 * 60);
    assertThat(open(engine))
        .extracting(i -> i.issue().description())
        .anyMatch(text -> text.contains("optimizer:cycle") && text.contains("no idea"));
    optimizer.throwsInCycles = false;
    run(engine, 2 * 60);
    assertThat(open(engine)).noneMatch(i -> i.issue().description().contains("no idea"));
  }

  private void sleepOn() {
    try {
      host.workers().sleep(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      // It does not listen.
    }
  }

  @Test
  void afterAReloadAnotherOptimizerHasItsTurnHoweverTheOneBeforeHangs() {
    optimizer.hangsInCycles = true;
    HealingEngine engine = engine("auto");
    run(engine, 25 * 60);
    assertThat(optimizer.cycles).hasSize(1);
    assertThat(faults(engine)).hasSize(1);
    engine.reload(Configuration.of(Map.of("autonomy", "auto")));
    run(engine, 60);
    assertThat(faults(engine)).isEmpty();
    run(engine, 60);
    assertThat(optimizer.cycles).hasSize(2);
    optimizer.hangsInCycles = false;
    run(engine, 5);
  }

  private static List<Incident> faults(HealingEngine engine) {
    return open(engine).stream()
        .filter(i -> i.issue().components().contains("optimizer:cycle"))
        .toList();
  }

  @Test
  void whoHasNotComeBackToAPersonIsNotHeldAgainstTheOneAfterAReload() {
    HealingEngine engine = engine("auto");
    HostState state = engine.state().orElseThrow();
    List<String> refused = new ArrayList<>();
    List<String> answered = new ArrayList<>();
    int[] under = {0};
    optimizer.finds =
        () -> {
          if (++under[0] < 4) {
            return engine.opportunities(state); // which does not come back before all of these do
          }
          optimizer.finds = List::of;
          try {
            refused.add("none, but " + engine.opportunities(state));
          } catch (HealingException e) {
            refused.add(e.getMessage());
          }
          engine.reload(Configuration.empty());
          run(engine, 5);
          answered.add("" + engine.opportunities(state));
          return List.of();
        };
    engine.opportunities(state);

    assertThat(refused).singleElement().asString().contains("has not come back");
    assertThat(answered).containsExactly("[]");
  }

  @Test
  void anActionIsNotWaitedForLongerForAnOpportunityThanForADecision() {
    Map<String, Duration> asked = new HashMap<>();
    Workers noting =
        new Workers() {
          @Override
          public Task start(String name, Runnable task) {
            return host.workers().start(name, task);
          }

          @Override
          public <T> T call(String name, Duration atMost, Supplier<T> question) {
            asked.put(name, atMost);
            return host.workers().call(name, atMost, question);
          }

          @Override
          public void sleep(Duration duration) throws InterruptedException {
            host.workers().sleep(duration);
          }
        };
    HostContext around =
        new HostAround(host) {
          @Override
          public Workers workers() {
            return noting;
          }
        };
    HealingEngine engine =
        Given.engine(around, Map.of()).add(remedy(DUST, Risk.MEDIUM)).add(optimizer).build();
    engine.open();
    run(engine, 2);
    asked.clear();
    HostState state = engine.state().orElseThrow();
    assertThat(
            optimizer.own.orElseThrow().preview(opportunity(DUST).issue(), DUST, state).isPresent())
        .isTrue();

    assertThat(asked)
        .containsEntry("action:" + DUST, Duration.ofMinutes(2))
        .containsEntry("ask action " + DUST, Duration.ofSeconds(2));
  }

  @Test
  void whatIsStoppedHalfWayIsNeitherAFailureNorInVain() {
    HealingEngine engine = engine("auto");
    List<String> busy = new ArrayList<>();
    Opportunity dust = opportunity(DUST);
    Detector still =
        new Detector() {
          @Override
          public Set<IssueType> reports() {
            return Set.of(Given.TYPE);
          }

          @Override
          public Detection detect(HostState state) {
            return Detection.of(List.of(dust.issue()));
          }
        };
    CompletableFuture<Receipt> stopped =
        optimizer
            .own
            .orElseThrow()
            .heal(dust.issue(), dust.action(), still, () -> busy.stream().findFirst())
            .toCompletableFuture();
    run(engine, 3);
    busy.add("the host has become busy");
    run(engine, 60);

    assertThat(stopped.join().outcome()).isEqualTo(Outcome.AMBIGUOUS);
    assertThat(stopped.join().detail()).contains("stopped half-way: the host has become busy");
    assertThat(done).isEmpty();
  }

  @Test
  void numbersThatNoSamplerHasAreTakenFromWhoLooksAgain() {
    HealingEngine engine = engine("auto");
    Issue dusty =
        Issue.of(
            host.time().now(),
            Given.TYPE,
            Severity.LOW,
            "dust",
            Map.of("dust.count", 7.0, "benefit.less.count{dust.count}", 1.0),
            List.of(WEB));
    Detector counts =
        new Detector() {
          @Override
          public Set<IssueType> reports() {
            return Set.of(Given.TYPE);
          }

          @Override
          public Detection detect(HostState state) {
            boolean there = needed.contains(DUST);
            return new Detection(
                there ? List.of(dusty) : List.of(),
                List.of(),
                Duration.ZERO,
                List.of(),
                Map.of("dust.count", there ? 7.0 : 2.0, "other.count", 1.0));
          }
        };
    CompletableFuture<Receipt> receipt =
        optimizer.own.orElseThrow().heal(dusty, Optional.of(DUST), counts).toCompletableFuture();
    run(engine, 60);

    assertThat(receipt.join().after()).containsExactly(Map.entry("dust.count", 2.0));
    Benefit benefit = Benefit.of(receipt.join().before(), receipt.join().after()).orElseThrow();
    assertThat(benefit.actual()).hasValue(-5);
    assertThat(EngineJson.receipt(receipt.join()).path("benefit").path("actual").asDouble())
        .isEqualTo(-5);
  }

  @Test
  void withoutAnOptimizerThereIsNothingToApply() {
    HealingEngine engine = Given.engine(host, Map.of()).build();
    assertThatThrownBy(() -> engine.apply(opportunity(DUST)))
        .isInstanceOf(HealingException.class)
        .hasMessageContaining("no optimizer");
  }

  @Test
  void twoOfOneComponentAreToldApart() {
    HealingEngine engine = engine("auto");
    CompletableFuture<Receipt> dust = apply(engine, DUST);
    run(engine, 2);
    CompletableFuture<Receipt> copies = apply(engine, COPIES);
    run(engine, 60);

    assertThat(dust).isCompletedWithValueMatching(r -> r.action().equals(DUST));
    assertThat(copies).isCompletedWithValueMatching(r -> r.action().equals(COPIES));
    assertThat(List.of(dust.join(), copies.join()))
        .extracting(Receipt::outcome)
        .containsOnly(Outcome.HEALED);
    assertThat(done).containsExactly(DUST, COPIES);
  }

  @Test
  void theSameOneAppliedTwiceIsDoneOnce() {
    HealingEngine engine = engine("auto");
    CompletableFuture<Receipt> first = apply(engine, DUST);
    run(engine, 2);
    CompletableFuture<Receipt> second = apply(engine, DUST);
    run(engine, 60);

    assertThat(first.join()).isEqualTo(second.join());
    assertThat(done).containsExactly(DUST);
  }

  @Test
  void whatAProgramFindsWrongMeanwhileIsNotJoinedToIt() {
    HealingEngine engine = engine("auto");
    CompletableFuture<Receipt> dust = apply(engine, DUST);
    run(engine, 2);
    Issue bad = Given.issue(host.time().now(), Severity.HIGH, WEB);
    CompletableFuture<Receipt> problem =
        engine.heal(bad, Optional.of(DUST), optimizer.looksFor(DUST)).toCompletableFuture();
    run(engine, 60);

    assertThat(dust.join().isOpportunity()).isTrue();
    assertThat(dust.join().outcome()).isEqualTo(Outcome.HEALED);
    assertThat(problem.join().isOpportunity()).isFalse();
    assertThat(problem.join().incident()).isNotEqualTo(dust.join().incident());
    assertThat(problem.join().outcome()).as("gone meanwhile").isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(done).containsExactly(DUST);
  }

  @Test
  void whatADetectorReportsMeanwhileIsAnIncidentOfItsOwn() {
    HealingEngine engine = engine("suggest");
    needed.add(Given.RESTART);
    run(engine, 2);
    CompletableFuture<Receipt> dust = apply(engine, DUST);
    run(engine, 2);
    assertThat(open(engine))
        .extracting(i -> i.issue().severity())
        .containsExactly(Severity.LOW, Severity.HIGH);
    run(engine, 60);

    assertThat(dust).isCompletedWithValueMatching(r -> r.outcome() == Outcome.HEALED);
    assertThat(open(engine))
        .singleElement()
        .satisfies(i -> assertThat(i.issue().severity()).isEqualTo(Severity.HIGH))
        .satisfies(i -> assertThat(i.attempts()).isEmpty());
  }

  @Test
  void whatADetectorNoLongerReportsDoesNotEndIt() {
    HealingEngine engine = engine("suggest");
    CompletableFuture<Receipt> dust = apply(engine, DUST);
    run(engine, 2);
    needed.add(Given.RESTART);
    run(engine, 2);
    needed.remove(Given.RESTART);
    run(engine, 2);
    assertThat(engine.incidents())
        .extracting(Incident::status)
        .containsExactly(IncidentStatus.HEALING, IncidentStatus.SELF_RECOVERED);
    run(engine, 60);
    assertThat(dust).isCompletedWithValueMatching(r -> r.outcome() == Outcome.HEALED);
  }

  @Test
  void afterOneTheOtherIsLookedAtAgainBeforeAnythingIsDoneAboutIt() {
    report = ActionReport.failed("it says so, and yet it has helped");
    HealingEngine engine = engine("auto");
    apply(engine, DUST);
    run(engine, 2);
    needed.add(Given.RESTART);
    run(engine, 5);
    host.time().happens(Duration.ofSeconds(3), "recovers", () -> needed.remove(Given.RESTART));
    run(engine, 60);

    assertThat(done).containsExactly(DUST);
  }

  @Test
  void ofTwoThatWereUnderWayInACrashBothOutcomesAreUnknown() {
    HealingEngine engine = engine("auto");
    lane = "dust";
    apply(engine, DUST);
    run(engine, 2);
    lane = "restart";
    needed.add(Given.RESTART);
    run(engine, 5);
    host.time().killTasks();

    HealingEngine next = engine("auto");
    run(next, 2);
    assertThat(next.audit().history(5))
        .extracting(r -> r.action() + " " + r.outcome())
        .containsExactlyInAnyOrder("remove_dust AMBIGUOUS", "restart_service AMBIGUOUS");
    run(next, 600);
    assertThat(done).as("the problem goes on with its own tries").endsWith(Given.RESTART);
    assertThat(open(next)).isEmpty();
  }

  private static List<Incident> open(HealingEngine engine) {
    return engine.incidents().stream().filter(i -> !i.closed()).toList();
  }
}
