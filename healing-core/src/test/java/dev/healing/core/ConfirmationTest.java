package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Decision;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Verdict;
import dev.healing.spi.Execution;
import dev.healing.spi.Guard;
import dev.healing.spi.GuardProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Proposal;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for a person's word: it stands as long as it is shown, and their word holds. */
class ConfirmationTest {
  private static final String UNIT = "web.service";
  private static final Map<String, Object> CONFIRM =
      Map.of("restart_service", Map.of("autonomy", "confirm"));
  private static final Map<String, Object> ASKS = Map.of("actions", CONFIRM);

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>(Set.of(UNIT));
  private final List<String> done = new ArrayList<>();
  private Risk risk = Risk.LOW;
  private Duration preparing = Duration.ZERO;
  private int prepared;
  private boolean heals = true;
  private String step = "mend ";
  private String refusal = "";

  @AfterEach
  void end() {
    host.time().close();
  }

  private HealingEngine opened(Map<String, ?> configuration) {
    HealingEngine engine =
        Given.engine(host, configuration)
            .add(Given.detector("services", this::detect))
            .add(new Given.Actions("restart_service", new Slow()))
            .build();
    engine.open();
    return engine;
  }

  private Detection detect(HostState state) {
    return Detection.of(broken.stream().map(unit -> Given.issue(state.at(), unit)).toList());
  }

  private final class Slow implements HealingAction {
    @Override
    public ActionDescription description() {
      return Given.description(Given.RESTART, risk);
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      prepared++;
      if (!refusal.isEmpty()) {
        throw new RefusedException(refusal);
      }
      try {
        host.workers().sleep(preparing);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Preview preview = Preview.of(UNIT, "unit:" + UNIT, Duration.ZERO, Map.of(), step + UNIT);
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return preview;
        }

        @Override
        public ActionReport execute(Execution execution) {
          return mend();
        }
      };
    }
  }

  private ActionReport mend() {
    done.add("mended");
    if (heals) {
      broken.clear();
    }
    return ActionReport.done("mended");
  }

  private void run(HealingEngine engine, Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  private static Incident newest(HealingEngine engine) {
    return engine.incidents().get(0);
  }

  private Receipt receipt(HealingEngine engine, CompletionStage<Receipt> asked) {
    run(engine, Duration.ofSeconds(5));
    assertThat(asked).as("answered").isCompleted();
    return asked.toCompletableFuture().join();
  }

  @Test
  void whatAPersonAskedForCanBeApprovedAlsoWhereNothingIsDoneByItself() {
    risk = Risk.CRITICAL;
    HealingEngine engine = opened(Map.of("autonomy", "suggest"));
    run(engine, Duration.ofSeconds(5));
    assertThat(newest(engine).awaitsConfirmation()).as("nobody has asked").isFalse();

    Receipt asked = receipt(engine, engine.heal(newest(engine).id()));
    assertThat(asked.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(asked.detail()).contains("approve " + newest(engine).confirmation().orElseThrow());
    run(engine, Duration.ofMinutes(5));

    Receipt approved = receipt(engine, engine.approve(newest(engine).confirmation().orElseThrow()));
    assertThat(approved.outcome()).isEqualTo(Outcome.HEALED);
  }

  @Test
  void whatWasAskedForOnceIsNotDoneByItselfWhenItNoLongerNeedsAnAnswer() {
    risk = Risk.CRITICAL;
    HealingEngine engine = opened(Map.of("autonomy", "suggest"));
    run(engine, Duration.ofSeconds(5));
    engine.heal(newest(engine).id());
    run(engine, Duration.ofSeconds(5));
    engine.reload(Configuration.of(Map.of("autonomy", "suggest", "limits", Map.of("storm", 9))));
    run(engine, Duration.ofMinutes(5));
    assertThat(done).isEmpty();
    assertThat(newest(engine).awaitsConfirmation()).isFalse();
  }

  @Test
  void whatWasRejectedNoLongerAsks() {
    HealingEngine engine = opened(ASKS);
    run(engine, Duration.ofSeconds(5));
    String confirmation = newest(engine).confirmation().orElseThrow();
    engine.reject(confirmation);
    assertThat(newest(engine).awaitsConfirmation()).isFalse();
    assertThat(newest(engine).decision().orElseThrow().verdict())
        .isEqualTo(Verdict.deny("rejected by a person"));
    CompletionStage<Receipt> late = engine.approve(confirmation);
    run(engine, Duration.ofHours(1));
    assertThatThrownBy(() -> late.toCompletableFuture().join())
        .hasMessageContaining("does not wait for confirmation");
    assertThat(done).isEmpty();
  }

  @Test
  void aRejectionHoldsAcrossARestartUntilTheProblemIsOver() {
    HealingEngine engine = opened(ASKS);
    run(engine, Duration.ofSeconds(5));
    engine.reject(newest(engine).id());
    run(engine, Duration.ofSeconds(5));

    engine = opened(Map.of()); // which would not ask
    run(engine, Duration.ofHours(1));
    assertThat(done).isEmpty();
    assertThat(newest(engine).note()).contains("rejected by a person");

    broken.clear();
    run(engine, Duration.ofSeconds(5));
    broken.add(UNIT);
    run(engine, Duration.ofSeconds(5));
    assertThat(done).as("another time it is ours again").containsExactly("mended");
  }

  @Test
  void whatWasRejectedIsSaidAfterARestartAsBefore() {
    List<Map<String, ?>> configurations = List.of(ASKS, Map.of(), Map.of("autonomy", "suggest"));
    for (Map<String, ?> later : configurations) {
      HealingEngine engine = opened(ASKS);
      run(engine, Duration.ofSeconds(5));
      Incident before = engine.reject(newest(engine).id());
      run(engine, Duration.ofMinutes(10));

      engine = opened(later);
      List<String> told = told(engine, Event.Kind.ESCALATED);
      for (int minute = 0; minute < 3; minute++) {
        run(engine, Duration.ofMinutes(minute).plusSeconds(2));
        Incident after = newest(engine);
        assertThat(after.status()).isEqualTo(IncidentStatus.ESCALATED);
        assertThat(after.note()).contains("rejected by a person");
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.firstSeen()).isEqualTo(before.firstSeen());
      }
      assertThat(told).as("they were told").isEmpty();
      broken.clear();
      run(engine, Duration.ofSeconds(5));
      broken.add(UNIT);
    }
  }

  @Test
  void whatIsHealedAlthoughItWasRejectedHasANumberOfItsOwnAfterARestart() {
    HealingEngine engine = opened(ASKS);
    run(engine, Duration.ofSeconds(5));
    String id = engine.reject(newest(engine).id()).id();
    heals = false;
    String first = receipt(engine, healed(engine)).id();
    engine = opened(ASKS);
    run(engine, Duration.ofMinutes(10));
    assertThat(newest(engine).id()).isEqualTo(id);
    assertThat(newest(engine).status()).isEqualTo(IncidentStatus.ESCALATED);
    heals = true;
    assertThat(receipt(engine, healed(engine)).id()).startsWith(id).isNotEqualTo(first);
    assertThat(done).hasSize(2);
  }

  private CompletionStage<Receipt> healed(HealingEngine engine) {
    return engine.heal(newest(engine).id());
  }

  @Test
  void whatWasHandedOverIsAHumansAfterARestartAtOnceAndNobodyIsToldAgain() {
    heals = false;
    HealingEngine engine = opened(Map.of("limits", Map.of("cooldown", "10s")));
    run(engine, Duration.ofMinutes(30));
    Incident before = newest(engine);
    assertThat(before.status()).isEqualTo(IncidentStatus.ESCALATED);

    engine = opened(Map.of("limits", Map.of("cooldown", "10s")));
    List<String> told = told(engine, Event.Kind.ESCALATED);
    List<IncidentStatus> opened = new ArrayList<>();
    engine.addListener(event -> event.incident().ifPresent(i -> opened.add(i.status())));
    run(engine, Duration.ofMinutes(1));
    assertThat(newest(engine).id()).isEqualTo(before.id());
    assertThat(newest(engine).awaitsConfirmation()).as("it can still be approved").isTrue();
    assertThat(told).isEmpty();
    assertThat(opened).isNotEmpty().containsOnly(IncidentStatus.ESCALATED);
  }

  @Test
  void whoRejectsIsAnsweredWhenThatIsDurableOrToldThatItIsNot() {
    HealingEngine engine = opened(ASKS);
    run(engine, Duration.ofSeconds(5));
    host.state().failWrites("No space left on device");
    String id = newest(engine).id();
    assertThatThrownBy(() -> engine.reject(id))
        .isInstanceOf(HealingException.class)
        .hasMessageContaining("only until a restart")
        .hasMessageContaining("No space left");
    host.state().healWrites();
    run(engine, Duration.ofSeconds(5));
    assertThat(newest(engine).note()).contains("rejected by a person");

    broken.add("db.service");
    run(engine, Duration.ofSeconds(5));
    engine.reject(newest(engine).id()); // and no turn after that
    HealingEngine again = opened(Map.of());
    run(again, Duration.ofHours(1));
    assertThat(done).isEmpty();
  }

  @Test
  void anApprovalThatIsWorkedOutAnewIsVoidAfterAReload() {
    HealingEngine engine = opened(Map.of("actions", CONFIRM, "interval", "1h"));
    run(engine, Duration.ofMinutes(16)); // what was shown is outdated, and nobody has looked since
    preparing = Duration.ofSeconds(30);
    CompletionStage<Receipt> approved = engine.approve(newest(engine).id());
    run(engine, Duration.ofSeconds(10));
    engine.reload(Configuration.of(ASKS));
    Receipt receipt = receipt(engine, approved);
    assertThat(receipt.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(receipt.detail()).contains("the configuration has changed");
    run(engine, Duration.ofMinutes(5));
    assertThat(done).isEmpty();
  }

  @Test
  void aReloadVoidsWhatIsShownAndSaysSo() {
    HealingEngine engine = opened(Map.of("autonomy", "suggest"));
    run(engine, Duration.ofSeconds(5));
    risk = Risk.CRITICAL;
    engine.reload(Configuration.of(ASKS));
    run(engine, Duration.ofSeconds(5));
    Incident asks = newest(engine);
    assertThat(asks.awaitsConfirmation()).isTrue();
    engine.reload(Configuration.of(Map.of("autonomy", "observe")));
    run(engine, Duration.ofSeconds(5));
    assertThat(newest(engine).awaitsConfirmation()).isFalse();
  }

  /** Of what was handed over nobody is told again, and it stays theirs. */
  @Test
  void whatTheCircuitBreakerAsksIsAskedAnewAfterAReload() {
    heals = false;
    Map<String, Object> configuration = Map.of("limits", Map.of("cooldown", "10s"));
    HealingEngine engine = opened(configuration);
    run(engine, Duration.ofMinutes(2));
    Incident before = newest(engine);
    assertThat(before.note()).contains("circuit_breaker", "3 times");
    List<String> told = told(engine, Event.Kind.ESCALATED);
    engine.reload(Configuration.of(configuration));
    run(engine, Duration.ofSeconds(5));
    assertThat(newest(engine).confirmation()).isEqualTo(before.confirmation()).isPresent();
    assertThat(newest(engine).note()).isEqualTo(before.note());
    assertThat(newest(engine).status()).isEqualTo(IncidentStatus.ESCALATED);

    preparing = Duration.ofSeconds(30); // so that what is approved is not begun before the reload
    run(engine, Duration.ofMinutes(16));
    CompletionStage<Receipt> approved = engine.approve(newest(engine).id());
    run(engine, Duration.ofSeconds(1));
    engine.reload(Configuration.of(configuration));
    assertThat(receipt(engine, approved).outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    run(engine, Duration.ofHours(2));
    assertThat(done).hasSize(3);
    assertThat(newest(engine).confirmation()).isEqualTo(before.confirmation());
    assertThat(told).isEmpty();
    heals = true;
    assertThat(engine.approve(newest(engine).id()).toCompletableFuture().getNow(null)).isNull();
    run(engine, Duration.ofMinutes(1));
    assertThat(done).hasSize(4);
  }

  @Test
  void aGuardThatAsksAboutThePreviewDoesNotHaveItWorkedOutAgainAndAgain() {
    for (Verdict verdict : List.of(Verdict.confirm("hm"), Verdict.deny("no"))) {
      prepared = 0;
      HealingEngine engine =
          Given.engine(host, Map.of())
              .add(Given.detector("services", this::detect))
              .add(new Given.Actions("restart_service", new Slow()))
              .add(new PreviewGuard(verdict))
              .build();
      engine.open();
      run(engine, Duration.ofMinutes(10));
      assertThat(prepared).as(verdict.toString()).isBetween(1, 25);
      assertThat(done).isEmpty();
      engine.close();
    }
  }

  /** Does everything in one lane. */
  private record OneLane(HealingAction action) implements HealingAction {
    @Override
    public ActionDescription description() {
      return action.description();
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      PreparedAction prepared = action.prepare(issue, state);
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Preview.of(issue.components().first(), "one", Duration.ZERO, Map.of(), "mend it");
        }

        @Override
        public ActionReport execute(Execution execution) {
          return prepared.execute(execution);
        }
      };
    }
  }

  private record PreviewGuard(Verdict verdict) implements GuardProvider, Guard {
    @Override
    public String name() {
      return "preview";
    }

    @Override
    public Guard create(HostContext context) {
      return this;
    }

    @Override
    public Verdict judge(Proposal proposal) {
      return proposal.preview().isPresent() ? verdict : Verdict.proceed("nothing to see yet");
    }
  }

  @Test
  void aDryRunSaysWhatHealWouldDo() {
    HealingEngine engine = opened(Map.of("autonomy", "suggest"));
    run(engine, Duration.ofSeconds(5));
    CompletionStage<Decision> dry = engine.consider(newest(engine).issue());
    run(engine, Duration.ofSeconds(5));
    assertThat(dry.toCompletableFuture().join().verdict().kind()).isEqualTo(Verdict.Kind.PROCEED);
    assertThat(done).isEmpty();
    Receipt healed = receipt(engine, engine.heal(newest(engine).id()));
    assertThat(healed.outcome()).isEqualTo(Outcome.HEALED);
  }

  @Test
  void whatWasAnsweredIsNotDoneLaterWhereNothingIsDoneUnasked() {
    boolean[] hangs = {true};
    HealingAction one =
        new Given.Action(
            Given.description(Given.RESTART, Risk.LOW),
            execution -> {
              done.add("begun");
              while (hangs[0]) {
                try {
                  host.workers().sleep(Duration.ofSeconds(1));
                } catch (InterruptedException e) {
                  // It does not listen.
                }
              }
              return ActionReport.done("at last");
            });
    broken.add("db.service");
    HealingEngine engine =
        Given.engine(host, Map.of())
            .automatic(false)
            .add(Given.detector("services", this::detect))
            .add(new Given.Actions("restart_service", new OneLane(one)))
            .build();
    engine.open();
    run(engine, Duration.ofSeconds(5));
    engine.request(Given.issue(host.time().now(), UNIT));
    run(engine, Duration.ofSeconds(90)); // it is late
    CompletionStage<Receipt> other = engine.request(Given.issue(host.time().now(), "db.service"));
    Receipt answered = receipt(engine, other);
    assertThat(answered.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    hangs[0] = false;
    run(engine, Duration.ofHours(1));
    assertThat(done).containsExactly("begun");
  }

  @Test
  void whatHasChangedSinceItWasShownIsNotApprovedWithoutSayingWhich() {
    HealingEngine engine = opened(ASKS);
    run(engine, Duration.ofSeconds(5));
    assertThat(newest(engine).note()).as("says what is asked").contains("mend " + UNIT);
    step = "mend something else in ";
    run(engine, Duration.ofMinutes(16));
    Incident now = newest(engine);
    CompletionStage<Receipt> vague = engine.approve(now.id());
    run(engine, Duration.ofSeconds(5));
    assertThatThrownBy(() -> vague.toCompletableFuture().join())
        .hasMessageContaining("has changed", "something else", now.confirmation().orElseThrow());
    assertThat(done).isEmpty();
    Receipt exact = receipt(engine, engine.approve(now.confirmation().orElseThrow()));
    assertThat(exact.outcome()).isEqualTo(Outcome.HEALED);
  }

  private List<String> told(HealingEngine engine, Event.Kind kind) {
    List<String> told = new ArrayList<>();
    engine.addListener(
        event -> {
          if (event.kind() == kind) {
            told.add(event.message());
          }
        });
    return told;
  }

  private String asked(HealingEngine engine) {
    run(engine, Duration.ofSeconds(5));
    return newest(engine).confirmation().orElseThrow();
  }

  @Test
  void whatWasAskedBeforeARestartIsAskedStillAndNotAgain() {
    HealingEngine engine = opened(ASKS);
    List<String> questions = told(engine, Event.Kind.CONFIRMATION_NEEDED);
    String confirmation = asked(engine);
    Instant since = newest(engine).firstSeen();
    assertThat(questions).hasSize(1);
    for (int restart = 0; restart < 2; restart++) {
      engine.close();
      host.time().advance(Duration.ofMinutes(10));
      engine = opened(ASKS);
      questions = told(engine, Event.Kind.CONFIRMATION_NEEDED);
      assertThat(asked(engine)).isEqualTo(confirmation);
      assertThat(newest(engine).firstSeen()).isEqualTo(since);
      assertThat(questions).isEmpty();
    }
    assertThat(receipt(engine, engine.approve(confirmation)).outcome()).isEqualTo(Outcome.HEALED);

    run(engine, Duration.ofMinutes(6)); // the cooldown
    broken.add(UNIT);
    assertThat(asked(engine)).as("another question").isNotEqualTo(confirmation);
  }

  @Test
  void afterARestartSomethingElseIsAskedAnewAboutTheSameIncident() {
    HealingEngine engine = opened(ASKS);
    String confirmation = asked(engine);
    engine.close();
    step = "replace ";
    engine = opened(ASKS);
    List<String> questions = told(engine, Event.Kind.CONFIRMATION_NEEDED);
    String next = asked(engine);
    assertThat(next)
        .startsWith(newest(engine).id())
        .isNotEqualTo(confirmation)
        .startsWith(confirmation.replaceFirst("\\..*", ""));
    assertThat(questions).singleElement().asString().contains(next, "replace");
    HealingEngine now = engine;
    assertThatThrownBy(() -> receipt(now, now.approve(confirmation)))
        .hasStackTraceContaining("has changed");
  }

  @Test
  void aQuestionWhoseReasonIsGoneEndsInWords() {
    HealingEngine engine = opened(ASKS);
    List<String> over = told(engine, Event.Kind.CONFIRMATION_OVER);
    String confirmation = asked(engine);
    broken.clear();
    run(engine, Duration.ofSeconds(5));
    assertThat(over)
        .containsExactly(
            "no answer is needed any more to "
                + confirmation
                + ", to mend web.service: the issue went away by itself");
  }

  @Test
  void aQuestionThatHasNothingLeftToDoEndsInWords() {
    HealingEngine engine = opened(ASKS);
    List<String> over = told(engine, Event.Kind.CONFIRMATION_OVER);
    String confirmation = asked(engine);
    refusal = "it ended by itself";
    run(engine, Duration.ofMinutes(16));
    assertThat(over)
        .singleElement()
        .asString()
        .contains(confirmation, "mend web.service", "it ended by itself");
    assertThat(newest(engine).closed()).isFalse();
    assertThat(newest(engine).awaitsConfirmation()).isFalse();
  }

  @Test
  void aQuestionWhoseReasonHasGoneMeanwhileEndsInWordsAfterARestart() {
    HealingEngine engine = opened(ASKS);
    String confirmation = asked(engine);
    engine.close();
    broken.clear();
    engine = opened(ASKS);
    List<String> over = told(engine, Event.Kind.CONFIRMATION_OVER);
    run(engine, Duration.ofMinutes(14));
    assertThat(over).as("who reports it may need its time").isEmpty();
    run(engine, Duration.ofMinutes(2));
    assertThat(over).singleElement().asString().contains(confirmation, "not reported any more");
  }

  @Test
  void aPauseAsksNobodyAgainAndWhatIsAnsweredNeedsNoMoreWords() {
    HealingEngine engine = opened(ASKS);
    List<String> questions = told(engine, Event.Kind.CONFIRMATION_NEEDED);
    List<String> over = told(engine, Event.Kind.CONFIRMATION_OVER);
    String confirmation = asked(engine);
    new OffSwitch(host.state(), host.time()).pause(Optional.empty());
    run(engine, Duration.ofMinutes(1));
    assertThat(newest(engine).confirmation()).as("it stands").contains(confirmation);
    Receipt paused = receipt(engine, engine.approve(confirmation));
    assertThat(paused.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
    assertThat(paused.detail()).contains("paused");
    Receipt wanted = receipt(engine, engine.heal(newest(engine).id()));
    assertThat(wanted.detail()).as("what an answer would not change").contains("paused");
    assertThat(done).isEmpty();
    new OffSwitch(host.state(), host.time()).resume();
    run(engine, Duration.ofSeconds(2));
    assertThat(done).as("an answer that was given while it was paused is none").isEmpty();
    assertThat(newest(engine).confirmation()).contains(confirmation);
    assertThat(questions).hasSize(1);
    assertThat(receipt(engine, engine.approve(confirmation)).outcome()).isEqualTo(Outcome.HEALED);
    assertThat(over).isEmpty();
  }

  @Test
  void whatARejectionAnsweredIsNotSaidToBeOver() {
    HealingEngine engine = opened(ASKS);
    List<String> over = told(engine, Event.Kind.CONFIRMATION_OVER);
    engine.reject(asked(engine));
    broken.clear();
    run(engine, Duration.ofSeconds(10));
    assertThat(newest(engine).closed()).isTrue();
    assertThat(over).isEmpty();
  }
}
