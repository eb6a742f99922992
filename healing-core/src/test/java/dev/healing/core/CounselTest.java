package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Confidence;
import dev.healing.api.Detection;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingPlan;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Verdict;
import dev.healing.core.Moody.Mood;
import dev.healing.spi.Guard;
import dev.healing.spi.GuardProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.Planner;
import dev.healing.spi.PlannerProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Proposal;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Planners, guards, actions and knowledge bases that do not work never hold up the engine. */
class CounselTest {
  private static final String WEB = "web.service";
  private static final ActionId SPARE = ActionId.of("spare");

  /** So that nothing but its risk has the action ask first. */
  private static final Map<String, Object> BY_ITSELF =
      Map.of("actions", Map.of("restart_service", Map.of("autonomy", "auto")));

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>(Set.of(WEB));
  private final List<String> done = new ArrayList<>();
  private final Moody plugin = new Moody(host.workers());

  @AfterEach
  void end() {
    host.time().close();
  }

  private EngineBuilder builder() {
    return HealingEngine.builder()
        .host(host)
        .discoverPlugins(false)
        .add(Given.detector("services", this::detect))
        .add(Given.action(Given.RESTART, Risk.MEDIUM, execution -> mend("restart")));
  }

  private Detection detect(HostState state) {
    return Detection.of(broken.stream().map(unit -> Given.issue(state.at(), unit)).toList());
  }

  private ActionReport mend(String how) {
    done.add(how);
    broken.clear();
    return ActionReport.done("mended");
  }

  private HealingEngine opened(EngineBuilder builder) {
    HealingEngine engine = builder.build();
    engine.open();
    return engine;
  }

  private void run(HealingEngine engine, Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  /** The issue that names the plugin that does not work, as long as it does not. */
  private static Optional<Issue> fault(HealingEngine engine) {
    return engine.incidents().stream()
        .filter(incident -> !incident.closed())
        .map(Incident::issue)
        .filter(issue -> issue.type().equals(IssueType.PLUGIN_FAILED))
        .findFirst();
  }

  private static String why(HealingEngine engine) {
    return engine.incidents().stream()
        .filter(incident -> incident.issue().type().equals(Given.TYPE))
        .flatMap(incident -> incident.decision().stream())
        .map(decision -> decision.verdict().reason())
        .findFirst()
        .orElseThrow();
  }

  private void names(HealingEngine engine, String plugin, String what) {
    Issue fault = fault(engine).orElseThrow();
    assertThat(fault.components()).containsExactly(plugin);
    assertThat(fault.description()).contains(plugin, what);
  }

  // ------------------------------------------------------------------ guards

  private HealingEngine guarded() {
    return opened(builder().add((KnowledgeBaseProvider) new NoKnowledge()).add(new Guards()));
  }

  private final class Guards implements GuardProvider, Guard {
    @Override
    public String name() {
      return "moody";
    }

    @Override
    public Guard create(HostContext context) {
      return this;
    }

    @Override
    public Verdict judge(Proposal proposal) {
      return plugin.answer(() -> Verdict.proceed("fine"));
    }
  }

  @Test
  void aGuardThatThrowsHasSaidNo() {
    plugin.mood = Mood.THROWS;
    HealingEngine engine = guarded();
    run(engine, Duration.ofMinutes(1));
    assertThat(done).isEmpty();
    assertThat(why(engine)).contains("'moody'", "boom", "counts as no");
    names(engine, "guard:moody", "boom");

    plugin.mood = Mood.WORKS;
    run(engine, Duration.ofSeconds(5));
    assertThat(done).containsExactly("restart");
    assertThat(fault(engine)).isEmpty();
  }

  @Test
  void aGuardThatReturnsNothingHasSaidNo() {
    plugin.mood = Mood.NULL;
    HealingEngine engine = guarded();
    run(engine, Duration.ofMinutes(1));
    assertThat(done).isEmpty();
    assertThat(why(engine)).contains("'moody'", "null", "counts as no");
  }

  @Test
  void aGuardThatHangsHasSaidNoAndCostsOneThread() {
    plugin.mood = Mood.HANGS;
    HealingEngine engine = guarded();
    run(engine, Duration.ofSeconds(3));
    assertThat(why(engine)).contains("did not come back within 2000 ms");
    run(engine, Duration.ofMinutes(10));
    assertThat(done).isEmpty();
    assertThat(why(engine)).contains("has not come back");
    names(engine, "guard:moody", "has not come back");
    assertThat(host.time().tasks()).as("stuck threads").isEqualTo(1);
    assertThat(engine.status().looks()).as("it goes on looking").isGreaterThan(500);

    plugin.mood = Mood.WORKS;
    run(engine, Duration.ofSeconds(10));
    assertThat(done).containsExactly("restart");
  }

  // ---------------------------------------------------------------- planners

  private HealingEngine planned() {
    return opened(builder().add((KnowledgeBaseProvider) new NoKnowledge()).add(new Planners()));
  }

  private final class Planners implements PlannerProvider, Planner {
    @Override
    public String name() {
      return "moody";
    }

    @Override
    public Planner create(HostContext context) {
      return this;
    }

    @Override
    public HealingPlan plan(Incident incident, HostState state, List<Candidate> candidates) {
      return plugin.answer(() -> new LadderPlanner().plan(incident, state, candidates));
    }
  }

  @Test
  void inThePlaceOfAPlannerThatDoesNotWorkTheBuiltInOnePlans() {
    for (Mood bad : List.of(Mood.THROWS, Mood.NULL, Mood.HANGS)) {
      plugin.mood = bad;
      done.clear();
      broken.clear();
      broken.add(bad + ".service");
      HealingEngine engine = planned();
      run(engine, Duration.ofSeconds(10));
      assertThat(done).as(bad.name()).containsExactly("restart");
      names(engine, "planner:moody", bad == Mood.HANGS ? "come back" : "threw");
      engine.close();
    }
  }

  /** Says that a dangerous action is harmless. */
  private record Liar(String name, HealingPlan.Step step) implements PlannerProvider, Planner {
    @Override
    public Planner create(HostContext context) {
      return this;
    }

    @Override
    public HealingPlan plan(Incident incident, HostState state, List<Candidate> candidates) {
      return new HealingPlan(incident.issue(), List.of(step), List.of(), "trust me");
    }
  }

  private static HealingPlan.Step step(ActionId action, Risk risk) {
    return new HealingPlan.Step(Given.description(action, risk), Confidence.UNKNOWN);
  }

  @Test
  void howDangerousAnActionIsIsNotForAPlannerToSay() {
    HealingEngine engine =
        opened(
            Given.engine(host, BY_ITSELF)
                .add(Given.detector("services", this::detect))
                .add(Given.action(Given.RESTART, Risk.CRITICAL, execution -> mend("restart")))
                .add(new Liar("liar", step(Given.RESTART, Risk.LOW))));
    run(engine, Duration.ofHours(1));
    assertThat(done).isEmpty();
    assertThat(engine.incidents()).anyMatch(Incident::awaitsConfirmation);
  }

  @Test
  void whatWasNotOfferedIsNotPlanned() {
    HealingEngine engine =
        opened(
            builder()
                .add((KnowledgeBaseProvider) new NoKnowledge())
                .add(new Liar("liar", step(SPARE, Risk.LOW))));
    run(engine, Duration.ofSeconds(10));
    assertThat(done).as("the built-in planner plans").containsExactly("restart");
    names(engine, "planner:liar", "spare");
  }

  // ----------------------------------------------------------------- actions

  @Test
  void anActionThatCannotSayWhetherItCanBeUsedIsLeftOut() {
    for (Mood bad : List.of(Mood.THROWS, Mood.NULL, Mood.HANGS)) {
      plugin.mood = bad;
      done.clear();
      broken.clear();
      broken.add(bad + ".service");
      HealingEngine engine =
          opened(
              builder()
                  .add((KnowledgeBaseProvider) new NoKnowledge())
                  .add(new Given.Actions("spare", new Undecided())));
      run(engine, Duration.ofSeconds(10));
      assertThat(done).as(bad.name()).containsExactly("restart");
      names(engine, "action:spare", bad == Mood.HANGS ? "come back" : "threw");
      engine.close();
    }
  }

  private final class Undecided implements HealingAction {
    @Override
    public ActionDescription description() {
      return Given.description(SPARE, Risk.LOW);
    }

    @Override
    public Optional<String> unavailable() {
      return plugin.answer(Optional::empty);
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      return new Given.Action(description(), execution -> mend("spare")).prepare(issue, state);
    }
  }

  // ---------------------------------------------------------- knowledge bases

  private final class Knowledge implements KnowledgeBaseProvider, KnowledgeBase {
    @Override
    public String name() {
      return "moody";
    }

    @Override
    public KnowledgeBase create(HostContext context) {
      return this;
    }

    @Override
    public Confidence confidence(Fingerprint fingerprint, ActionId action) {
      return plugin.answer(() -> Confidence.UNKNOWN);
    }

    @Override
    public void record(Collection<Receipt> receipts) {}

    @Override
    public String export() {
      return "{}";
    }
  }

  @Test
  void aKnowledgeBaseThatCannotTellKnowsNothing() {
    for (Mood bad : List.of(Mood.THROWS, Mood.NULL, Mood.HANGS)) {
      plugin.mood = bad;
      done.clear();
      broken.clear();
      broken.add(bad + ".service");
      HealingEngine engine = opened(builder().add(new Knowledge()));
      run(engine, Duration.ofSeconds(5));
      assertThat(done).as(bad.name()).containsExactly("restart");
      names(engine, "knowledge:moody", bad == Mood.HANGS ? "come back" : "threw");
      plugin.mood = Mood.WORKS;
      engine.close();
    }
  }
}
