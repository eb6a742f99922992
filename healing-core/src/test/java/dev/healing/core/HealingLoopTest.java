package dev.healing.core;

import static dev.healing.api.ActionReport.Result.UNDER_WAY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.journal.Journal;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class HealingLoopTest {
  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();
  private final List<String> restarts = new ArrayList<>();
  private final Map<String, Object> configuration = new java.util.HashMap<>();
  private Function<Execution, ActionReport> effect = e -> ActionReport.done("restarted");
  private boolean helps = true;

  private HealingEngine engine() {
    HealingEngine engine =
        HealingEngine.builder()
            .host(host)
            .discoverPlugins(false)
            .configuration(Configuration.of(configuration))
            .add((DetectorProvider) new Services())
            .add((ActionProvider) new Restart())
            .add((KnowledgeBaseProvider) new NoKnowledge())
            .build();
    engine.open();
    return engine;
  }

  private final class Services implements DetectorProvider, Detector {
    @Override
    public String name() {
      return "services";
    }

    @Override
    public Detector create(HostContext context) {
      return this;
    }

    @Override
    public Set<IssueType> reports() {
      return Set.of(IssueType.SERVICE_FAILED);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.of(
          broken.stream()
              .map(
                  unit ->
                      Issue.of(
                          state.at(),
                          IssueType.SERVICE_FAILED,
                          Severity.HIGH,
                          unit + " failed",
                          Map.of(),
                          List.of(unit)))
              .toList());
    }
  }

  private final class Restart implements ActionProvider, HealingAction {
    @Override
    public String name() {
      return "restart_service";
    }

    @Override
    public HealingAction create(HostContext context) {
      return this;
    }

    @Override
    public ActionDescription description() {
      return new ActionDescription(
          ActionId.RESTART_SERVICE,
          "restarts the unit",
          Set.of(IssueType.SERVICE_FAILED),
          Risk.MEDIUM,
          Set.of(),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofSeconds(60));
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String unit = issue.components().first();
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Preview.of(
              unit, "unit:" + unit, Duration.ofSeconds(1), Map.of(), "restart " + unit);
        }

        @Override
        public ActionReport execute(Execution execution) {
          restarts.add(unit);
          ActionReport report = effect.apply(execution);
          if (helps) {
            broken.remove(unit);
          }
          return report;
        }
      };
    }
  }

  @Test
  void healsAFailedServiceAndLooksAgain() {
    HealingEngine engine = engine();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    driver.run(Duration.ofSeconds(5));
    assertThat(engine.incidents()).isEmpty();

    broken.add("web.service");
    driver.run(Duration.ofSeconds(5));

    assertThat(restarts).containsExactly("web.service");
    Incident incident = engine.incidents().get(0);
    assertThat(incident.status()).isEqualTo(IncidentStatus.HEALED);
    assertThat(engine.audit().history(10))
        .singleElement()
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.HEALED));
  }

  @Test
  void triesThreeTimesFiveMinutesApartAndThenHandsOver() {
    helps = false;
    HealingEngine engine = engine();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    broken.add("web.service");
    driver.run(Duration.ofHours(6));

    assertThat(restarts).hasSize(3);
    assertThat(engine.incidents())
        .singleElement()
        .satisfies(i -> assertThat(i.status()).isEqualTo(IncidentStatus.ESCALATED))
        .satisfies(i -> assertThat(i.note()).contains("handed over to a human"));

    helps = true;
    CompletableFuture<Receipt> receipt =
        engine.approve(engine.incidents().get(0).id()).toCompletableFuture();
    driver.run(Duration.ofSeconds(5));
    assertThat(receipt).isCompletedWithValueMatching(r -> r.outcome() == Outcome.HEALED);
  }

  @Test
  void anActionThatHangsIsLeftBehindAndItsOutcomeIsUnknown() {
    helps = false;
    effect =
        execution -> {
          while (true) {
            execution.pause(Duration.ofDays(1));
            Thread.interrupted();
            try {
              host.workers().sleep(Duration.ofDays(1));
            } catch (InterruptedException e) {
              // It does not listen.
            }
          }
        };
    HealingEngine engine = engine();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    broken.add("web.service");
    driver.run(Duration.ofMinutes(30));

    assertThat(restarts).hasSize(1);
    assertThat(engine.audit().history(10))
        .singleElement()
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.AMBIGUOUS));
    assertThat(engine.incidents())
        .anySatisfy(i -> assertThat(i.issue().type()).isEqualTo(IssueType.PLUGIN_FAILED));
  }

  @Test
  void aJournalThatMissesWhatTheAuditKnowsIsNotTakenForNoLimits() {
    HealingEngine engine = engine();
    broken.add("web.service");
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
    assertThat(restarts).hasSize(1);

    host.time().killTasks();
    host.state().delete(Journal.FILE);
    HealingEngine next = engine();
    broken.add("web.service");
    new EngineDriver(host.time(), next).run(Duration.ofHours(1));

    assertThat(restarts).hasSize(1);
    assertThat(next.status().trouble()).anyMatch(line -> line.contains("removed or cut"));
  }

  @Test
  void whatIsOverAfterACrashIsNotCalledOverByItself() {
    effect =
        execution -> {
          execution.pause(Duration.ofMinutes(10));
          return ActionReport.done("restarted");
        };
    HealingEngine engine = engine();
    broken.add("web.service");
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
    host.time().killTasks();
    HealingEngine next = engine();
    assertThat(next.incidents())
        .singleElement()
        .satisfies(
            i ->
                assertThat(i.note())
                    .isEqualTo("restart_service may or may not have been done; looking again"));
    broken.clear();
    assertThat(over(next))
        .containsExactly(
            "RECOVERED service_failed web.service: the engine ended in between; the issue is gone,"
                + " whether by this cannot be known");
  }

  @Test
  void norIsWhatIsOverWhileWhatWasBegunIsStillUnderWay() {
    effect = execution -> ActionReport.of(UNDER_WAY, "it starts", Map.of(), Map.of());
    helps = false;
    HealingEngine engine = engine();
    broken.add("web.service");
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
    broken.clear();
    assertThat(over(engine))
        .containsExactly(
            "RECOVERED service_failed web.service: the issue is gone, whether by restart_service"
                + " cannot be known");
  }

  /** What is told when it is over. */
  private List<String> over(HealingEngine engine) {
    List<String> told = new ArrayList<>();
    engine.addListener(
        event -> {
          if (event.kind() == Event.Kind.INCIDENT_CLOSED) {
            told.add(event.message());
          }
        });
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(10));
    return told;
  }

  /** A service may be up, so that nothing reports it, and not do its work. */
  @Test
  void whatIsGoneRightAfterAnActionSaidThatItDidNotWorkGoesToAPerson() {
    effect = execution -> ActionReport.failed("web.service is active but not healthy");
    HealingEngine engine = engine();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    broken.add("web.service");
    driver.run(Duration.ofSeconds(15));

    Incident incident = engine.incidents().get(0);
    assertThat(incident.status()).isEqualTo(IncidentStatus.ESCALATED);
    assertThat(incident.note()).contains("no longer reported", "active but not healthy");
  }

  @Test
  void whatAnActionCouldNotHealAndIsBackAtOnceIsTheSameIncidentAndNoNewsForAPerson() {
    effect = execution -> ActionReport.failed("web.service is active but not healthy");
    HealingEngine engine = engine();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    broken.add("web.service");
    driver.run(Duration.ofSeconds(5));
    assertThat(restarts).hasSize(1);
    assertThat(broken).isEmpty();
    broken.add("web.service");
    driver.run(Duration.ofSeconds(30));

    assertThat(engine.incidents())
        .singleElement()
        .satisfies(
            i -> {
              assertThat(i.status()).isEqualTo(IncidentStatus.OPEN);
              assertThat(i.attempts()).hasSize(1);
            });
  }

  @Test
  void aRepairComesAfterARestartOnceAndItsRefusalGoesAlongToThePerson() {
    helps = false;
    configuration.put("limits", Map.of("cooldown", "1s"));
    List<String> repairs = new ArrayList<>();
    HealingEngine engine =
        Given.engine(host, configuration)
            .add((DetectorProvider) new Services())
            .add((ActionProvider) new Restart())
            .add(
                Given.action(
                    ActionId.REPAIR_SERVICE,
                    Risk.MEDIUM,
                    execution -> {
                      repairs.add("after " + restarts.size());
                      return ActionReport.failed("no luck");
                    }))
            .build();
    engine.open();
    broken.add("web.service");
    new EngineDriver(host.time(), engine).run(Duration.ofMinutes(5));

    assertThat(repairs).containsExactly("after 1");
    assertThat(restarts).hasSize(3);
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.ESCALATED);
    assertThat(engine.incidents().get(0).note()).contains("repair_service was done once");
  }

  /** It may pass by itself: a unit that is just being stopped, a lock that somebody holds. */
  @Test
  void whatAllActionsRefuseIsSaidAfterAMinuteAndNotBefore() {
    HealingAction refuses =
        new HealingAction() {
          @Override
          public ActionDescription description() {
            return Given.description(ActionId.REPAIR_SERVICE, Risk.MEDIUM);
          }

          @Override
          public PreparedAction prepare(Issue issue, HostState state) {
            throw new RefusedException("it is masked");
          }
        };
    HealingEngine engine =
        Given.engine(host, configuration)
            .add((DetectorProvider) new Services())
            .add(new Given.Actions("repair_service", refuses))
            .build();
    engine.open();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    broken.add("web.service");

    driver.run(Duration.ofSeconds(55));
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.OPEN);
    driver.run(Duration.ofSeconds(15));
    assertThat(engine.incidents().get(0).status()).isEqualTo(IncidentStatus.ESCALATED);
    assertThat(engine.incidents().get(0).note()).contains("it is masked");
  }
}
