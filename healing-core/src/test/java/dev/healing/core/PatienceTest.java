package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Confidence;
import dev.healing.api.Configuration;
import dev.healing.api.Decision;
import dev.healing.api.Detection;
import dev.healing.api.Fingerprint;
import dev.healing.api.Issue;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.api.Risk;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Severity;
import dev.healing.api.Verdict;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may pass by itself is left alone for as long as that usually takes. */
class PatienceTest {
  private static final String UNIT = "web.service";

  private final TestHost host = new TestHost();
  private final Map<String, Severity> broken = new TreeMap<>();
  private final List<Long> actedAfterMillis = new ArrayList<>();
  private final Knowledge knowledge = new Knowledge();
  private HealingEngine engine = engine(Map.of());

  private HealingEngine engine(Map<String, Object> configuration) {
    return HealingEngine.builder()
        .host(host)
        .discoverPlugins(false)
        .configuration(Configuration.of(configuration))
        .add(Given.detector("services", state -> Detection.of(issues())))
        .add(
            Given.action(
                Given.RESTART,
                Risk.LOW,
                execution -> {
                  actedAfterMillis.add(host.time().monotonicNanos() / 1_000_000);
                  broken.clear();
                  return ActionReport.done("mended");
                }))
        .add(knowledge)
        .build();
  }

  private List<Issue> issues() {
    return broken.entrySet().stream()
        .map(e -> Given.issue(host.time().now(), e.getValue(), e.getKey()))
        .toList();
  }

  /** Knows that everything passes within ten seconds, as a rule. */
  private static final class Knowledge implements KnowledgeBaseProvider, KnowledgeBase {
    private final List<Recovery> passed = new ArrayList<>();
    private double passes = 0.3;
    private Duration patience = Duration.ofSeconds(10);

    @Override
    public String name() {
      return "knows";
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
    public Optional<SelfRecovery> selfRecovery(
        Fingerprint fingerprint, Duration soFar, Duration most) {
      return Optional.of(new SelfRecovery(passes, passes, passes, patience, "it usually passes"));
    }

    @Override
    public void recovered(Collection<Recovery> recoveries) {
      passed.addAll(recoveries);
    }

    @Override
    public void record(Collection<Receipt> receipts) {}

    @Override
    public String export() {
      return "{}";
    }
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private void start(Map<String, Object> configuration, Severity severity) {
    engine.close();
    broken.put(UNIT, severity);
    engine = engine(configuration);
    engine.open();
  }

  private void run(Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  private long secondsUntilActed() {
    long begin = host.time().monotonicNanos() / 1_000_000;
    run(Duration.ofMinutes(3));
    assertThat(actedAfterMillis).hasSize(1);
    return (actedAfterMillis.get(0) - begin) / 1000;
  }

  @Test
  void whatIsNotSeriousIsLeftAloneForAWhileAndThenActedOnAlsoBetweenLooks() {
    start(Map.of("interval", "1m"), Severity.MEDIUM);
    run(Duration.ofSeconds(1));
    Decision decision = engine.incidents().get(0).decision().orElseThrow();
    assertThat(decision.verdict().kind()).isEqualTo(Verdict.Kind.DEFER);
    assertThat(decision.verdict().until())
        .contains(engine.incidents().get(0).firstSeen().plusSeconds(10));
    assertThat(decision.verdict().reason())
        .startsWith("patience: it usually passes; acting at ")
        .endsWith("if it is still there");
    assertThat(secondsUntilActed()).isEqualTo(9);
  }

  @Test
  void whatIsSeriousIsActedOnAtOnce() {
    start(Map.of(), Severity.HIGH);
    assertThat(secondsUntilActed()).isZero();
  }

  @Test
  void whatBecomesMoreSevereIsActedOnAtOnce() {
    start(Map.of(), Severity.LOW);
    run(Duration.ofSeconds(4));
    assertThat(actedAfterMillis).isEmpty();
    broken.put(UNIT, Severity.MEDIUM);
    assertThat(secondsUntilActed()).isLessThanOrEqualTo(1);
  }

  @Test
  void theOperatorSaysForHowLongAtMost() {
    start(Map.of("limits", Map.of("patience", "3s")), Severity.MEDIUM);
    assertThat(secondsUntilActed()).isEqualTo(3);
  }

  @Test
  void theOperatorCanSwitchItOff() {
    start(Map.of("limits", Map.of("patience", "0s")), Severity.MEDIUM);
    assertThat(secondsUntilActed()).isZero();
  }

  @Test
  void aPersonIsNotMadeToWait() {
    start(Map.of(), Severity.MEDIUM);
    run(Duration.ofSeconds(2));
    engine.heal(engine.incidents().get(0).id());
    assertThat(secondsUntilActed()).isLessThanOrEqualTo(1);
  }

  @Test
  void whatHealsNoMoreOftenThanWaitingIsWaitedOutAsFarAsAllowed() {
    knowledge.passes = 0.48;
    start(Map.of("limits", Map.of("patience", "25s")), Severity.MEDIUM);
    run(Duration.ofSeconds(12));
    Decision decision = engine.incidents().get(0).decision().orElseThrow();
    assertThat(decision.verdict().reason())
        .contains("restart_service heals no more often than waiting does");
    assertThat(decision.plan().reason())
        .contains("heals no more often than waiting does: uplift 0.02");
    assertThat(secondsUntilActed()).isEqualTo(13);
  }

  @Test
  void whatPassesByItselfIsLearnedWithItsTime() {
    start(Map.of(), Severity.MEDIUM);
    run(Duration.ofMillis(5_500));
    broken.clear();
    run(Duration.ofSeconds(3));
    assertThat(actedAfterMillis).isEmpty();
    assertThat(knowledge.passed).hasSize(1);
    assertThat(knowledge.passed.get(0).fingerprint())
        .isEqualTo(Given.issue(host.time().now(), UNIT).fingerprint());
    assertThat(knowledge.passed.get(0).took()).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void whatComesAndGoesIsNotLeftAloneForEver() {
    knowledge.patience = Duration.ofSeconds(30);
    start(Map.of(), Severity.MEDIUM);
    int times = 0;
    List<String> reasons = new ArrayList<>();
    for (; actedAfterMillis.isEmpty() && times < 10; times++) {
      broken.put(UNIT, Severity.MEDIUM);
      run(Duration.ofSeconds(1));
      reasons.add(engine.incidents().get(0).decision().orElseThrow().verdict().reason());
      run(Duration.ofSeconds(11));
      if (actedAfterMillis.isEmpty()) {
        broken.clear();
        run(Duration.ofMinutes(5));
      }
    }
    assertThat(times).isEqualTo(3);
    assertThat(knowledge.passed).hasSize(2);
    assertThat(reasons.get(0)).startsWith("patience: it usually passes; acting at");
    assertThat(reasons.get(1))
        .startsWith(
            "patience: it comes and goes, and was left alone for 12 s within the last hour");
  }

  @Test
  void whatHasNotComeBackForAnHourMayPassAgain() {
    start(Map.of(), Severity.MEDIUM);
    for (int day = 0; day < 5; day++) {
      broken.put(UNIT, Severity.MEDIUM);
      run(Duration.ofSeconds(9));
      broken.clear();
      run(Duration.ofMinutes(70));
    }
    assertThat(actedAfterMillis).isEmpty();
    assertThat(knowledge.passed).hasSize(5);
  }

  @Test
  void whatPassesAfterSomethingWasDoneElsewhereMayNotHavePassedByItself() {
    start(Map.of(), Severity.MEDIUM);
    run(Duration.ofSeconds(3));
    broken.put("db.service", Severity.HIGH); // the restart of which clears both
    run(Duration.ofSeconds(20));
    assertThat(actedAfterMillis).hasSize(1);
    assertThat(knowledge.passed).isEmpty();
  }
}
