package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Risk;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.core.trace.RecordedLook;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.Listener;
import dev.healing.spi.ListenerProvider;
import dev.healing.testkit.NoKnowledge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A service that fails at its tenth second, for some seconds, in a trace of a minute or two. */
class ReplayTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
  private final List<String> done = new ArrayList<>();
  private final List<Event> heard = new ArrayList<>();

  private static RecordedLook look(int second, boolean failed) {
    UnitState web =
        new UnitState(
            "web.service",
            "loaded",
            failed ? "failed" : "active",
            failed ? "failed" : "running",
            failed ? "exit-code" : "success",
            "simple",
            OptionalLong.empty(),
            "0123456789abcdef0123456789abcdef",
            Optional.empty(),
            Set.of());
    return new RecordedLook(
        BEGIN.plusSeconds(second),
        Duration.ofSeconds(second).toNanos(),
        List.of(),
        List.of(new Sample(Metric.HEALTH, 90, BEGIN.plusSeconds(second))),
        List.of(web),
        List.of(),
        Map.of());
  }

  private static List<RecordedLook> looks(int seconds, int failsUntil) {
    List<RecordedLook> looks = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      looks.add(look(second, second >= 10 && second < failsUntil));
    }
    return looks;
  }

  private static Detection failed(HostState state) {
    return state.units().values().stream().anyMatch(UnitState::failed)
        ? Detection.of(List.of(Given.issue(state.at(), "web.service")))
        : Detection.NOTHING;
  }

  private EngineBuilder policy(Map<String, ?> configuration) {
    return HealingEngine.builder()
        .discoverPlugins(false)
        .configuration(Configuration.of(configuration))
        .add(new NoKnowledge())
        .add(Given.detector("units", ReplayTest::failed))
        .add(
            Given.action(
                Given.RESTART,
                Risk.LOW,
                execution -> {
                  done.add("restart");
                  return ActionReport.done("restarted");
                }))
        .add(
            new ListenerProvider() {
              @Override
              public String name() {
                return "webhook";
              }

              @Override
              public Listener create(HostContext context) {
                return heard::add;
              }
            });
  }

  private Replayed replay(Map<String, ?> configuration, List<RecordedLook> looks, boolean helps) {
    return replay(policy(configuration), looks, helps);
  }

  private static Replayed replay(EngineBuilder policy, List<RecordedLook> looks, boolean helps) {
    return Replay.run(List.of(policy), "boot", each(looks), helps).get(0);
  }

  private static Supplier<Optional<RecordedLook>> each(List<RecordedLook> looks) {
    Iterator<RecordedLook> next = looks.iterator();
    return () -> next.hasNext() ? Optional.of(next.next()) : Optional.empty();
  }

  @Test
  void whatWouldHaveBeenDoneIsToldInTheTimeOfTheTraceAndNothingIsDone() {
    Replayed replayed = replay(Map.of(), looks(120, 100), true);
    assertThat(replayed.looks()).isEqualTo(120);
    assertThat(replayed.to()).isEqualTo(BEGIN.plusSeconds(119));
    assertThat(replayed.problems()).hasSize(1);
    Replayed.Problem problem = replayed.problems().get(0);
    assertThat(problem.incident().firstSeen()).isEqualTo(BEGIN.plusSeconds(10));
    assertThat(problem.acted()).contains(BEGIN.plusSeconds(10));
    assertThat(problem.over()).as("in the trace").contains(BEGIN.plusSeconds(100));
    assertThat(problem.perhapsNeedless()).isFalse();
    assertThat(problem.missed(replayed.to())).isFalse();
    assertThat(replayed.count(Replayed.Step.STARTED)).isEqualTo(1);
    assertThat(done).isEmpty();
    assertThat(heard).as("nobody is woken for what was long ago").isEmpty();
  }

  @Test
  void whatATraceThrowsIsThrownAfterAllThatWasBeforeAndItIsNotAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    List<RecordedLook> looks = looks(5_000, 100);
    assertThatThrownBy(
            () ->
                Replay.run(
                    List.of(policy(Map.of()), policy(Map.of())),
                    "boot",
                    () -> {
                      int next = asked.getAndIncrement();
                      if (next == looks.size()) {
                        throw new HealingException("the disk is gone");
                      }
                      return Optional.of(looks.get(next));
                    },
                    true))
        .hasMessage("the disk is gone");
    assertThat(asked).hasValue(looks.size() + 1);
  }

  @Test
  void aPolicyThatCannotBeReplayedReadsTheTraceNoFurther() {
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Replay.run(
                    List.of(policy(Map.of()), policy(Map.of("autonomy", "wild"))),
                    "boot",
                    () -> Optional.of(look(asked.getAndIncrement(), false)),
                    true))
        .hasMessageContaining("wild");
    int then = asked.get();
    assertThat(Thread.getAllStackTraces().keySet())
        .as("who reads it")
        .noneMatch(thread -> thread.getName().equals("healing-trace"));
    assertThat(asked).hasValue(then);
  }

  @Test
  void severalPoliciesReadTheTraceOnceAndEachSaysWhatItSaysAlone() {
    List<RecordedLook> looks = looks(5_000, 100);
    AtomicInteger asked = new AtomicInteger();
    Supplier<Optional<RecordedLook>> trace = each(looks);
    List<Replayed> both =
        Replay.run(
            List.of(policy(Map.of()), policy(Map.of("autonomy", "observe"))),
            "boot",
            () -> {
              asked.incrementAndGet();
              return trace.get();
            },
            true);
    assertThat(asked).hasValue(looks.size() + 1);
    assertThat(both)
        .usingRecursiveComparison()
        .isEqualTo(
            List.of(
                replay(Map.of(), looks, true), replay(Map.of("autonomy", "observe"), looks, true)));
    assertThat(both.get(0).problems().get(0).acted()).isPresent();
    assertThat(both.get(1).problems().get(0).acted()).isEmpty();
  }

  /** Critical for ten seconds of which nobody is told, and better again before the end. */
  @Test
  void howBadItWasAtFirstAndAtItsWorstAreTold() {
    List<RecordedLook> looks = looks(120, 100);
    DetectorProvider worsens =
        Given.detector(
            "units",
            state -> {
              long second = Duration.between(BEGIN, state.at()).toSeconds();
              Severity severity = second >= 40 && second < 50 ? Severity.CRITICAL : Severity.HIGH;
              return failed(state).issues().isEmpty()
                  ? Detection.NOTHING
                  : Detection.of(List.of(Given.issue(state.at(), severity, "web.service")));
            });
    EngineBuilder policy =
        HealingEngine.builder()
            .discoverPlugins(false)
            .configuration(Configuration.of(Map.of("autonomy", "observe")))
            .add(new NoKnowledge())
            .add(worsens);
    Replayed replayed = replay(policy, looks, true);
    Replayed.Problem problem = replayed.problems().get(0);
    assertThat(problem.first().severity()).isEqualTo(Severity.HIGH);
    assertThat(problem.first().detectedAt()).isEqualTo(BEGIN.plusSeconds(10));
    assertThat(problem.incident().issue().severity()).isEqualTo(Severity.CRITICAL);
    assertThat(problem.incident().issue().detectedAt()).isEqualTo(BEGIN.plusSeconds(40));
    assertThat(problem.missed(replayed.to())).isTrue();
  }

  /** A sick host has hundreds of thousands in a month: all of them in words fill any memory. */
  @Test
  void ofVeryManyProblemsAllAreCountedAndTheFirstToldInWords() {
    List<RecordedLook> looks = new ArrayList<>();
    for (int second = 0; second < 2 * Replayed.TOLD + 20; second++) {
      looks.add(look(second, second % 2 == 1));
    }
    Replayed replayed = replay(Map.of("autonomy", "observe"), looks, true);
    assertThat(replayed.problems()).hasSize(Replayed.TOLD + 10);
    assertThat(replayed.count(Replayed.Step.HELD_BACK)).isEqualTo(Replayed.TOLD + 10);
    Replayed.Problem last = replayed.problems().get(Replayed.TOLD - 1);
    assertThat(last.incident().issue().description()).isEqualTo("web.service failed");
    assertThat(last.would().get(0).why()).contains("autonomy");
    Replayed.Problem counted = replayed.problems().get(Replayed.TOLD);
    assertThat(counted.incident().issue().description()).isEmpty();
    assertThat(counted.incident().issue().components()).containsExactly("web.service");
    assertThat(counted.would().get(0).why()).isEmpty();
    assertThat(counted.over()).isPresent();
  }

  @Test
  void aReplayOfManyLooksIsTheSameAsOfEachAlone() {
    Replayed replayed = replay(Map.of(), looks(5_000, 100), true);
    assertThat(replayed.looks()).isEqualTo(5_000);
    assertThat(replayed.problems()).hasSize(1);
    assertThat(replayed.problems().get(0).over()).contains(BEGIN.plusSeconds(100));
  }

  @Test
  void whatWasOverSoonAllTheSameWasPerhapsTreatedInVain() {
    Replayed.Problem problem = replay(Map.of(), looks(120, 15), true).problems().get(0);
    assertThat(problem.over()).contains(BEGIN.plusSeconds(15));
    assertThat(problem.perhapsNeedless()).isTrue();
  }

  @Test
  void whatNothingWouldHaveBeenDoneAboutWasMissedAndTheGuardSaysWhy() {
    Replayed replayed = replay(Map.of("autonomy", "observe"), looks(120, 100), true);
    Replayed.Problem problem = replayed.problems().get(0);
    assertThat(problem.acted()).isEmpty();
    assertThat(problem.missed(replayed.to())).isTrue();
    assertThat(problem.would()).anySatisfy(w -> assertThat(w.why()).contains("autonomy"));
  }

  /** It comes back after 20 s: the second start is held back for the rest of five minutes. */
  @Test
  void theLimitsOfThePolicyHold() {
    List<RecordedLook> looks = looks(60, 20);
    for (int second = 60; second < 400; second++) {
      looks.add(look(second, second < 390));
    }
    Replayed replayed = replay(Map.of(), looks, true);
    assertThat(replayed.problems())
        .extracting(problem -> problem.acted().orElseThrow())
        .containsExactly(BEGIN.plusSeconds(10), BEGIN.plusSeconds(310));
    assertThat(replayed.problems().get(1).would().get(0).why()).contains("cooldown");
    assertThat(replay(Map.of("limits", Map.of("cooldown", "10s")), looks, true).problems())
        .extracting(problem -> problem.acted().orElseThrow())
        .containsExactly(BEGIN.plusSeconds(10), BEGIN.plusSeconds(60));
  }

  @Test
  void takenNotToHelpItIsTriedAgainAndThenHandedOver() {
    Map<String, ?> quick = Map.of("limits", Map.of("cooldown", "0s"));
    Replayed replayed = replay(quick, looks(300, 290), false);
    assertThat(replayed.problems()).hasSize(1);
    assertThat(replayed.count(Replayed.Step.STARTED)).isEqualTo(3);
    assertThat(replayed.count(Replayed.Step.HANDED_OVER)).isEqualTo(1);
    assertThat(replayed.problems().get(0).over()).contains(BEGIN.plusSeconds(290));
  }

  private static DetectorProvider curious(String name, Consumer<HostContext> wants) {
    return new DetectorProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Detector create(HostContext context) {
        return new Detector() {
          @Override
          public Set<IssueType> reports() {
            return Set.of(IssueType.of(name));
          }

          @Override
          public Detection detect(HostState state) {
            wants.accept(context);
            return Detection.NOTHING;
          }
        };
      }
    };
  }

  /** What today's host would say is no answer for that day's; nor is it a fault of the detector. */
  @Test
  void whoWantsToSeeMoreThanATraceIsToldThatThereIsNoMoreAndNothingIsStarted() {
    Replayed replayed =
        replay(
            policy(Map.of())
                .add(
                    curious(
                        "prober", host -> host.workers().start("probe", () -> done.add("probed"))))
                .add(
                    curious(
                        "asker",
                        host -> host.commands().run(Command.of(Duration.ofSeconds(1), "reboot")))),
            looks(5, 0),
            true);
    assertThat(replayed.problems()).isEmpty();
    assertThat(replayed.unseen())
        .extracting(one -> one.what() + ": " + one.why())
        .containsExactlyInAnyOrder(
            "prober: probe is not in a trace", "asker: what 'reboot' prints is not in a trace");
    assertThat(done).isEmpty();
  }

  @Test
  void anEmptyTraceIsSaidToBeOne() {
    assertThatThrownBy(() -> replay(Map.of(), List.of(), true))
        .isInstanceOf(HealingException.class)
        .hasMessage("there is no look in the trace");
  }
}
