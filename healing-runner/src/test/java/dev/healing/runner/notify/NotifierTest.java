package dev.healing.runner.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.Event;
import dev.healing.api.Fingerprint;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.core.json.JsonText;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** When who is told what, in virtual time. The receiver is a program. */
class NotifierTest {
  private final TestHost host = new TestHost();
  private final List<JsonNode> told = new ArrayList<>();
  private boolean away;
  private Notifier notifier = new Notifier(host, Optional.empty());

  @AfterEach
  void end() {
    host.time().close();
  }

  private NotifySettings settings(Map<String, ?> more) {
    Map<String, Object> pager = new LinkedHashMap<>();
    pager.put("form", "command");
    pager.put("command", List.of("/bin/pager"));
    pager.putAll(more);
    host.commands().on(this::page, "/bin/pager");
    Configuration configuration =
        Configuration.of(Map.of("notify", Map.of("receivers", Map.of("pager", pager))));
    NotifySettings settings = NotifySettings.read(configuration);
    assertThat(configuration.problems()).isEmpty();
    return settings;
  }

  private Result page(Command command) {
    if (away) {
      return new Result(1, "", "nobody is there", false, false);
    }
    told.add(JsonText.read(command.input()));
    return new Result(0, "", "", false, false);
  }

  private void escalated(Severity severity, String what) {
    happens(Event.Kind.ESCALATED, severity, what, Map.of(), List.of());
  }

  private void happens(
      Event.Kind kind,
      Severity severity,
      String what,
      Map<String, Double> metrics,
      List<Receipt> attempts) {
    Issue issue =
        Issue.of(
            host.time().now(),
            IssueType.of("service_failed"),
            severity,
            what,
            metrics,
            List.of(what));
    Incident incident =
        new Incident(
            "i-" + what,
            Fingerprint.of(issue.type(), issue.components()),
            issue,
            IncidentStatus.ESCALATED,
            host.time().now(),
            host.time().now(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            attempts,
            "");
    notifier.on(new Event(host.time().now(), kind, what, Optional.of(incident)));
  }

  private List<String> messages() {
    return told.stream()
        .flatMap(letter -> letter.path("events").valueStream())
        .map(event -> event.path("message").asString(""))
        .toList();
  }

  /** Ends without having been asked to, and begins anew with what is on disk. */
  private void killed(NotifySettings settings) {
    host.time().killTasks();
    notifier = new Notifier(host, Optional.empty());
    notifier.configure(settings);
  }

  @Test
  void withoutReceiversThereIsNoThreadAndNothingOnDisk() {
    notifier.configure(NotifySettings.NONE);
    escalated(Severity.CRITICAL, "web");
    host.time().advance(Duration.ofMinutes(1));

    assertThat(host.time().tasks()).isZero();
    assertThat(host.state().folder(Notifier.FOLDER).sizes()).isEmpty();
  }

  @Test
  void whatHappensTogetherIsToldTogether() {
    notifier.configure(settings(Map.of()));
    escalated(Severity.HIGH, "web");
    host.time().advance(Duration.ofSeconds(5));
    escalated(Severity.HIGH, "mail");
    assertThat(told).isEmpty();

    host.time().advance(Duration.ofSeconds(7));

    assertThat(told).hasSize(1);
    assertThat(messages()).containsExactly("web", "mail");
    host.time().advance(Duration.ofMinutes(5));
    assertThat(host.time().tasks()).as("threads when nothing waits").isZero();
  }

  @Test
  void onlyWhatIsWanted() {
    notifier.configure(settings(Map.of("at-least", "high", "events", List.of("escalated"))));
    escalated(Severity.MEDIUM, "mild");
    notifier.on(new Event(host.time().now(), Event.Kind.TROUBLE, "disk", Optional.empty()));
    host.time().advance(Duration.ofMinutes(5));
    assertThat(host.time().tasks()).isZero();

    assertThat(told).isEmpty();
  }

  /** However much its action says. */
  @Test
  void whatAnOpportunityHasBroughtIsToldBesideWhatWasExpected() {
    taken("/");
    assertThat(messages())
        .singleElement()
        .satisfies(
            message ->
                assertThat(message)
                    .startsWith("worth doing, by itself: ")
                    .contains("changed by 4.0 MiB")
                    .endsWith("; expected were 40.0 MiB")
                    .hasSizeLessThanOrEqualTo(Note.MOST_CHARACTERS));
  }

  @Test
  void whereItWasTakenMayHaveAnyName() {
    taken("/" + "d".repeat(2 * Note.MOST_CHARACTERS));
    assertThat(messages())
        .singleElement()
        .satisfies(
            message ->
                assertThat(message)
                    .startsWith("worth doing, by itself: ")
                    .hasSizeLessThanOrEqualTo(Note.MOST_CHARACTERS));
  }

  private void taken(String mount) {
    notifier.configure(settings(Map.of("at-least", "low", "events", List.of("finished"))));
    String available = "filesystem.available.bytes{" + mount + "}";
    SortedMap<String, Double> before = new TreeMap<>();
    before.put("benefit.more.count{" + available + "}", 1.0);
    before.put("benefit.estimated{" + available + "}", 41943040.0);
    before.put(available, 8e10);
    SortedMap<String, Double> after = new TreeMap<>();
    after.put(available, 8e10 + 4194304);
    Receipt receipt =
        new Receipt(
            "i.1",
            "i",
            IssueType.DISK_FULL,
            new TreeSet<>(Set.of(mount)),
            ActionId.CLEAR_CACHE,
            mount,
            Origin.AUTOMATIC,
            Outcome.UNCHANGED,
            host.time().now(),
            Optional.of(host.time().now()),
            host.time().now(),
            before,
            after,
            0.5,
            List.of(),
            List.of(),
            new TreeMap<>(),
            List.of(),
            "");
    String said = "worth doing, by itself: " + "in this directory: 1 file; ".repeat(40);
    happens(Event.Kind.ACTION_FINISHED, Severity.LOW, said, before, List.of(receipt));
    host.time().advance(Duration.ofMinutes(5));
  }

  @Test
  void aReloadWhileSomebodyIsToldTellsThemOnceAndGoesOnCounting() {
    NotifySettings settings = settings(Map.of());
    host.commands()
        .on(
            command -> {
              try {
                host.workers().sleep(Duration.ofSeconds(20));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return page(command);
            },
            "/bin/pager");
    notifier.configure(settings);
    escalated(Severity.CRITICAL, "web");
    host.time().advance(Duration.ofSeconds(5));
    notifier.configure(settings);
    host.time().advance(Duration.ofMinutes(5));

    assertThat(messages()).containsExactly("web");
    assertThat(notifier.json().path(0).path("sent").asInt()).isEqualTo(1);
    notifier.configure(settings);
    assertThat(notifier.json().path(0).path("sent").asInt()).isEqualTo(1);
  }

  /** Whoever has mended it need not wait until it would have been tried again. */
  @Test
  void whoIsReachedInAnotherWayIsTriedAtOnce() {
    notifier.configure(settings(Map.of()));
    away = true;
    escalated(Severity.CRITICAL, "web");
    host.time().advance(Duration.ofMinutes(8));
    assertThat(notifier.json().path(0).path("problem").asString()).contains("nobody is there");
    away = false;
    host.time().advance(Duration.ofSeconds(20));
    notifier.configure(settings(Map.of("per-hour", 50)));
    host.time().advance(Duration.ofSeconds(2));

    assertThat(messages()).containsExactly("web");
  }

  @Test
  void urgentIsToldAtOnce() {
    notifier.configure(settings(Map.of("group", "10m")));
    escalated(Severity.CRITICAL, "web");
    host.time().advance(Duration.ofSeconds(1));

    assertThat(messages()).containsExactly("web");
    assertThat(told.get(0).path("urgent").asBoolean(false)).isTrue();
  }

  /** A program that hangs for its half minute. */
  @Test
  void whoDoesNotAnswerDelaysNobodyElse() {
    host.commands()
        .on(
            command -> {
              try {
                host.workers().sleep(Duration.ofSeconds(30));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return new Result(1, "", "", true, false);
            },
            "/bin/hangs");
    host.commands().on(this::page, "/bin/pager");
    Map<String, Object> receivers = new LinkedHashMap<>();
    receivers.put("a", Map.of("form", "command", "command", List.of("/bin/hangs")));
    receivers.put("b", Map.of("form", "command", "command", List.of("/bin/pager")));
    notifier.configure(
        NotifySettings.read(Configuration.of(Map.of("notify", Map.of("receivers", receivers)))));

    escalated(Severity.CRITICAL, "web");
    host.time().advance(Duration.ofSeconds(2));

    assertThat(messages()).containsExactly("web");
  }

  @Test
  void quietHoursHoldAllButWhatIsUrgent() {
    LocalTime now = LocalTime.ofInstant(host.time().now(), ZoneId.systemDefault());
    String quiet = now.minusHours(1).withSecond(0) + "-" + now.plusHours(2).withSecond(0);
    notifier.configure(settings(Map.of("quiet", quiet)));
    escalated(Severity.HIGH, "can wait");
    escalated(Severity.CRITICAL, "cannot");
    host.time().advance(Duration.ofMinutes(110));
    assertThat(messages()).containsExactly("cannot");

    host.time().advance(Duration.ofMinutes(11));

    assertThat(messages()).containsExactly("cannot", "can wait");
  }

  @Test
  void noMoreMessagesInAnHourThanIsAllowedAndNothingIsLostByThat() {
    notifier.configure(settings(Map.of("per-hour", 2, "group", "0s")));
    for (int i = 0; i < 9; i++) {
      escalated(Severity.CRITICAL, "no " + i);
      host.time().advance(Duration.ofMinutes(1));
    }
    assertThat(told).hasSize(2);

    host.time().advance(Duration.ofHours(1));

    assertThat(told).hasSize(3);
    assertThat(messages()).hasSize(9).doesNotHaveDuplicates();
  }

  @Test
  void howManyWereSentInThisHourIsKnownAfterAKillAndAnotherConfigurationAndWithAnotherClock() {
    NotifySettings settings = settings(Map.of("per-hour", 2, "group", "0s"));
    notifier.configure(settings);
    for (int i = 0; i < 6; i++) {
      escalated(Severity.CRITICAL, "no " + i);
      host.time().advance(Duration.ofMinutes(1));
      if (i == 3) {
        host.time().jumpWall(Duration.ofDays(-3));
      }
      if (i % 2 == 0) {
        killed(settings);
      } else {
        notifier.configure(settings);
      }
    }
    assertThat(told).hasSize(2);

    host.time().advance(Duration.ofHours(1));

    assertThat(messages()).hasSize(6).doesNotHaveDuplicates();
  }

  @Test
  void whatIsMostImportantIsInTheTitle() {
    notifier.configure(settings(Map.of("group", "1m", "events", List.of("escalated", "trouble"))));
    escalated(Severity.CRITICAL, "web");
    notifier.on(new Event(host.time().now(), Event.Kind.TROUBLE, "disk", Optional.empty()));
    host.time().advance(Duration.ofMinutes(2));

    assertThat(told)
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.path("title").asString("")).endsWith("escalated and 1 more"));
  }

  @Test
  void whatALogSaysIsNoLink() {
    notifier.configure(settings(Map.of()));
    escalated(Severity.HIGH, "web: approve or reject: https://evil.example/x\u0000\nok");
    host.time().advance(Duration.ofMinutes(2));

    assertThat(messages()).containsExactly("web: approve or reject: https[:]//evil.example/x ok");
  }

  @Test
  void whoIsAwayIsTriedLessAndLessOftenAndToldOnceItIsBack() {
    notifier.configure(settings(Map.of("per-hour", 1000)));
    away = true;
    escalated(Severity.HIGH, "web");
    host.time().advance(Duration.ofHours(2));
    int tries = host.commands().calls().size();
    assertThat(tries).isBetween(8, 16);
    assertThat(notifier.json().path(0).path("problem").asString("")).contains("nobody is there");

    away = false;
    host.time().advance(Duration.ofMinutes(16));

    assertThat(messages()).containsExactly("web");
    assertThat(notifier.json().path(0).path("problem").isNull()).isTrue();
  }

  @Test
  void whatWaitsSurvivesAKill() {
    NotifySettings settings = settings(Map.of());
    notifier.configure(settings);
    away = true;
    escalated(Severity.HIGH, "web");
    host.time().advance(Duration.ofMinutes(1));

    killed(settings);
    away = false;
    host.time().advance(Duration.ofMinutes(1));
    killed(settings);
    host.time().advance(Duration.ofMinutes(1));

    assertThat(messages()).as("told once, and not again").containsExactly("web");
  }

  @Test
  void theOutboxIsBoundedAndWhatWasDroppedIsSaid() {
    NotifySettings settings = settings(Map.of());
    notifier.configure(settings);
    away = true;
    escalated(Severity.CRITICAL, "the worst");
    for (int i = 0; i < Outbox.MOST_WAITING + 20; i++) {
      escalated(Severity.HIGH, "no " + i);
    }
    assertThat(notifier.json().path(0).path("waiting").asInt()).isEqualTo(Outbox.MOST_WAITING);
    assertThat(notifier.json().path(0).path("dropped").asInt()).isEqualTo(21);

    killed(settings);
    away = false;
    host.time().advance(Duration.ofMinutes(1));

    assertThat(told.get(0).path("lost").asInt()).as("also after a kill").isEqualTo(21);
    assertThat(messages()).contains("the worst", "no 119").doesNotContain("no 0");
    escalated(Severity.CRITICAL, "later");
    host.time().advance(Duration.ofMinutes(1));
    assertThat(told.get(1).path("lost").asInt()).as("said once").isZero();
  }

  @Test
  void whatCouldNotBeToldForADayIsDroppedAndCounted() {
    notifier.configure(settings(Map.of("per-hour", 1000)));
    away = true;
    escalated(Severity.HIGH, "web");
    host.time().advance(Duration.ofHours(25));

    assertThat(notifier.json().path(0).path("dropped").asInt()).isEqualTo(1);
    assertThat(host.time().tasks()).isZero();
  }

  @Test
  void aDiskThatTakesNothingDoesNotKeepItFromBeingTold() {
    notifier.configure(settings(Map.of()));
    host.state().failWrites("no room");
    escalated(Severity.HIGH, "disk full");
    host.time().advance(Duration.ofMinutes(1));

    assertThat(messages()).containsExactly("disk full");
  }

  @Test
  void whatIsOnDiskStaysSmallHoweverMuchIsTold() {
    notifier.configure(settings(Map.of("per-hour", 1000, "group", "0s")));
    for (int i = 0; i < 2000; i++) {
      escalated(Severity.HIGH, "x".repeat(300) + i);
      host.time().advance(Duration.ofSeconds(10));
    }

    assertThat(messages()).hasSizeGreaterThan(1900);
    assertThat(host.state().folder(Notifier.FOLDER).sizes().get("outbox")).isLessThan(70_000L);
  }

  @Test
  void whoIsNotConfiguredAnyMoreIsNotTold() {
    notifier.configure(settings(Map.of()));
    escalated(Severity.HIGH, "web");
    notifier.configure(NotifySettings.NONE);
    host.time().advance(Duration.ofMinutes(5));

    assertThat(told).isEmpty();
    assertThat(host.time().tasks()).isZero();
  }
}
