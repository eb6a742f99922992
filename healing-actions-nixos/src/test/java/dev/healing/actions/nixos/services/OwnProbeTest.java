package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Detector;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Detectors that a user defines by a probe; a look every second of virtual time. */
class OwnProbeTest {
  private static final Result WELL = new Result(0, "", "", false, false);
  private static final Result ILL = new Result(2, "", "CRITICAL: no answer\n", false, false);

  private final TestHost host = new TestHost();
  private Function<Command, Result> answer = command -> ILL;
  private final Detector detector = detector(Map.of());

  private Detector detector(Map<String, ?> more) {
    Map<String, Object> section = new HashMap<>();
    section.put("probe", Map.of("command", List.of("check_shop", "--all")));
    section.putAll(more);
    Configuration configuration = Configuration.of(section);
    host.commands().on(command -> answer.apply(command), "check_shop", "--all");
    Detector made =
        new OwnProbe.Kind().create("shop", host.withConfiguration(configuration), Optional.empty());
    assertThat(configuration.problems()).isEmpty();
    return made;
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private Detection look() {
    host.time().advance(Duration.ofSeconds(1));
    Detection found = detector.detect(HostStates.at(host.time().now()).build());
    host.time().runReady();
    return found;
  }

  private Detection looks(int count) {
    Detection last = Detection.NOTHING;
    for (int i = 0; i < count; i++) {
      last = look();
    }
    return last;
  }

  private int asked() {
    return host.commands().calls().size();
  }

  private String unreadable(Detection detection) {
    assertThat(detection.issues()).isEmpty();
    assertThat(detection.unreadable()).extracting(Unreadable::what).containsExactly("shop");
    return detection.unreadable().get(0).why();
  }

  @Test
  void itIsAskedAsOftenAsWrittenWhateverTheLooks() {
    looks(41);
    assertThat(asked()).isEqualTo(5);
    assertThat(host.commands().calls()).containsOnly(List.of("check_shop", "--all"));
  }

  @Test
  void twoOfThreeBadAnswersAreReportedAsOfWhenItWasAsked() {
    assertThat(unreadable(looks(11))).contains("too early to tell: 1 of 3 answers");
    Instant secondAsked = host.time().now();
    Issue issue = look().issues().get(0);
    assertThat(issue.detectedAt()).isEqualTo(secondAsked);
    assertThat(issue.type()).isEqualTo(IssueType.of("shop"));
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("shop");
    assertThat(issue.description())
        .isEqualTo("shop: command check_shop: CRITICAL: no answer (2 of the last 2 times)");
    assertThat(look().issues()).as("until it is asked anew").containsExactly(issue);
  }

  /** As of when it was asked, which is some seconds ago. */
  private static void assertWell(Detection last) {
    assertThat(last).isEqualTo(Detection.nothingSince(last.age()));
    assertThat(last.age()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
  }

  @Test
  void aGoodAnswerIsAsOldAsItIs() {
    answer = command -> WELL;
    looks(2);
    assertThat(look().age()).isEqualTo(Duration.ofSeconds(2));
    assertThat(look().age()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void oneGoodAnswerEndsItAndTheCountingBeginsAnew() {
    assertThat(looks(12).issues()).hasSize(1);
    answer = command -> WELL;
    assertThat(looks(8).issues()).hasSize(1);
    assertWell(looks(2));
    answer = command -> ILL;
    assertWell(looks(10));
    assertThat(looks(10).issues()).hasSize(1);
  }

  @Test
  void whatCannotBeAskedIsNotKnown() {
    answer =
        command -> {
          throw new HostException("command 'check_shop' was not found");
        };
    assertThat(unreadable(looks(60)))
        .isEqualTo("command check_shop could not be asked: command 'check_shop' was not found");
    answer = command -> WELL;
    assertWell(looks(10));
  }

  @Test
  void aProblemThatCanNoLongerBeAskedAboutIsNotGone() {
    looks(12);
    answer = command -> new Result(127, "", "check_shop: not found", false, false);
    assertThat(unreadable(looks(10))).contains("could not be asked", "not found");
    answer = command -> ILL;
    assertThat(looks(10).issues()).hasSize(1);
  }

  /** A look does not wait for it, and nobody else is asked meanwhile. */
  @Test
  void whoDoesNotComeBackHoldsNobodyUpAndIsNamed() {
    answer =
        command -> {
          try {
            host.workers().sleep(Duration.ofMinutes(2));
          } catch (InterruptedException e) {
            throw new HostException("interrupted", e);
          }
          return ILL;
        };
    assertThat(unreadable(looks(30))).isEqualTo("command check_shop has not come back for 29 s");
    assertThat(asked()).isEqualTo(1);
    answer = command -> WELL;
    assertWell(looks(120));
  }

  @Test
  void theCommandHasADeadlineAndABound() {
    Command[] run = new Command[1];
    answer =
        command -> {
          run[0] = command;
          return WELL;
        };
    looks(2);
    assertThat(run[0].timeLimit()).isEqualTo(Duration.ofSeconds(2));
    assertThat(run[0].maxOutputBytes()).isEqualTo(1 << 16);
  }

  private static final Map<String, String> OF_A_SERVICE =
      Map.of(
          "type",
          "service_failed",
          "component",
          "nginx",
          "for",
          "1 of 1",
          "every",
          "1s",
          "severity",
          "medium",
          "description",
          "the shop");

  private Detection thirdLook(Detector of) {
    Detection last = Detection.NOTHING;
    for (int i = 0; i < 3; i++) {
      last = of.detect(HostStates.at(host.time().now()).build());
      host.time().advance(Duration.ofSeconds(1));
      host.time().runReady();
    }
    return last;
  }

  @Test
  void aServiceMayBeNamedWithoutItsSuffix() {
    Detector web = detector(OF_A_SERVICE);
    answer = command -> WELL;
    thirdLook(web);
    answer = command -> ILL;
    Issue issue = thirdLook(web).issues().get(0);
    assertThat(issue.components()).containsExactly("nginx.service");
    assertThat(issue.description()).startsWith("the shop: command check_shop: ");
    assertThat(web.reports()).isEqualTo(Set.of(IssueType.SERVICE_FAILED));
  }

  /** It may ask at the wrong port: a service that is well must not be restarted for that. */
  @Test
  void oneThatWasNeverSatisfiedHasNothingDone() {
    Detection never = thirdLook(detector(OF_A_SERVICE));
    assertThat(never.issues()).isEmpty();
    assertThat(never.unreadable().get(0).what()).isEqualTo("nginx.service");
    assertThat(never.unreadable().get(0).why())
        .contains("CRITICAL: no answer", "either nginx.service is not well, or the probe is wrong");
  }

  @Test
  void thatItWasSatisfiedIsKnownAfterARestartForThatProbeOnly() {
    answer = command -> WELL;
    thirdLook(detector(OF_A_SERVICE));
    answer = command -> ILL;
    assertThat(thirdLook(detector(OF_A_SERVICE)).issues()).hasSize(1);
    Map<String, Object> another = new HashMap<>(OF_A_SERVICE);
    another.put("probe", Map.of("command", List.of("check_shop", "--all", "--wrong")));
    host.commands().on(command -> ILL, "check_shop", "--all", "--wrong");
    assertThat(thirdLook(detector(another)).issues()).isEmpty();
  }

  @Test
  void whatCannotBeKeptHoldsWhileTheProgramRuns() {
    host.state().failWrites("the disk is full");
    answer = command -> WELL;
    Detector web = detector(OF_A_SERVICE);
    thirdLook(web);
    answer = command -> ILL;
    assertThat(thirdLook(web).issues()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "every=500ms | 'every' is '500ms' | between 1s and 10m",
        "every=1h | 'every' is '1h' | between 1s and 10m",
        "every=10 | 'every' is '10' | a duration",
        "for=3 of 2 | 'for' is '3 of 2' | n of m",
        "type=service_failed | 'type' is 'service_failed' | a 'component' beside it",
        "type=No name | 'type' is 'No name' | a name: a-z",
        "severity=grave | 'severity' is 'grave' | one of low, medium, high, critical",
        "evry=10s | unknown key 'evry' | probe",
        "probe=true | 'probe' is | exactly one of command, tcp, http, file, dbus",
        "probe.tcp=localhost | 'probe.tcp' is 'localhost' | host:port",
        "probe.tcp=localhost:0 | 'probe.tcp' is 'localhost:0' | a port from 1 to 65535",
        "probe.tcp=localhost:65536 | 'probe.tcp' is 'localhost:65536' | a port from 1 to 65535",
        "probe.http=http://localhost:65536/ | 'probe.http' is 'http://localhost:65536/' | a URL like",
        "probe.http=localhost | 'probe.http' is 'localhost' | a URL like",
        "probe.ftp=localhost | unknown key 'probe.ftp' | command, tcp, http",
        "probe.command=check_shop --all | 'probe.command' is | a list",
      })
  void mistakesAreSaid(String written, String what, String expected) {
    Map<String, Object> section = new LinkedHashMap<>();
    section.put("probe", Map.of("tcp", "localhost:80"));
    String[] pair = written.split("=");
    if (pair[0].startsWith("probe.")) {
      section.put("probe", Map.of(pair[0].substring(6), pair[1]));
    } else {
      section.put(pair[0], pair[1]);
    }
    Configuration configuration = Configuration.of(section);
    new OwnProbe.Kind().create("shop", host.withConfiguration(configuration), Optional.empty());
    assertThat(configuration.problems())
        .anySatisfy(problem -> assertThat(problem).contains(what, expected));
  }

  @Test
  void aServiceIsNamedWithoutWildcards() {
    Configuration configuration =
        Configuration.of(
            Map.of(
                "probe",
                Map.of("tcp", "localhost:80"),
                "type",
                "service_failed",
                "component",
                "*.service"));
    new OwnProbe.Kind().create("shop", host.withConfiguration(configuration), Optional.empty());
    assertThat(configuration.problems())
        .singleElement()
        .asString()
        .contains("'component' is '*.service'", "one service, without wildcards");
  }

  /** With as much time between two looks as between two questions. */
  @Nested
  class Contract extends DetectorContract {
    private Function<Command, Result> now = command -> WELL;

    private record Seldom(TestHost host, Detector own, Function<HostState, Runnable> before)
        implements Detector {
      @Override
      public Set<IssueType> reports() {
        return own.reports();
      }

      @Override
      public Detection detect(HostState state) {
        before.apply(state).run();
        own.detect(state);
        host.time().advance(Duration.ofSeconds(10));
        return own.detect(state);
      }
    }

    @Override
    protected Detector detector() {
      answer = command -> now.apply(command);
      return new Seldom(
          host,
          OwnProbeTest.this.detector(Map.of()),
          state -> () -> now = command -> state.health().orElse(100) < 50 ? ILL : WELL);
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().health(90).build();
    }

    /** Told apart by its health. */
    @Override
    protected HostState sick() {
      return HostStates.now().health(10).build();
    }
  }
}
