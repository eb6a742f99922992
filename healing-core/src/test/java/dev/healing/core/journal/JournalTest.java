package dev.healing.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Issue;
import dev.healing.api.Outcome;
import dev.healing.core.Given;
import dev.healing.spi.ActionHistory;
import dev.healing.testkit.StoreAround;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final TestHost host = new TestHost();
  private Journal journal = reopen();

  private Journal reopen() {
    return new Journal(host.state(), host.time());
  }

  private Intent start(String id, String target) {
    Intent intent = Given.intent(id, host.time().now(), Given.RESTART, target);
    journal.add(intent);
    journal.commit();
    return intent;
  }

  private void done(Intent intent, Outcome outcome) {
    journal.close(Given.receipt(intent, outcome, host.time().now()));
    journal.commit();
  }

  @Test
  void intentsSurviveAReopeningAndThoseWithoutAMarkAreOpen() {
    Intent first = start("a.1", "web.service");
    Intent second = start("b.1", "db.service");
    done(first, Outcome.HEALED);

    Journal again = reopen();

    assertThat(again.open()).containsExactly(second);
    assertThat(again.within(HOUR))
        .extracting(ActionHistory.Entry::intent)
        .containsExactly("b.1", "a.1");
    assertThat(again.last(Given.RESTART, "web.service").orElseThrow().outcome())
        .contains(Outcome.HEALED);
    assertThat(again.of(second.issue().fingerprint(), HOUR)).hasSize(1);
    assertThat(again.damaged()).isEmpty();
  }

  @Test
  void whereNothingWasDoneNothingIsCounted() {
    Intent before = start("a.1", "web.service");
    done(before, Outcome.FAILED);
    host.time().advance(Duration.ofMinutes(1));
    Intent refused = start("a.2", "web.service");
    assertThat(journal.count(HOUR)).as("nobody knows yet").isEqualTo(2);
    done(refused, Outcome.NOT_ATTEMPTED);
    Intent unknown = start("b.1", "db.service");

    for (Journal each : List.of(journal, reopen())) {
      assertThat(each.within(HOUR))
          .extracting(ActionHistory.Entry::intent)
          .containsExactly(unknown.id(), before.id());
      assertThat(each.last(Given.RESTART, "web.service").orElseThrow().intent())
          .isEqualTo(before.id());
      assertThat(each.open()).containsExactly(unknown);
    }
  }

  @Test
  void whatWasHandedOverStaysSoUntilItIsOver() {
    Fingerprint web = Given.issue(host.time().now(), "web.service").fingerprint();
    journal.problems().handOver(web);
    journal.problems().handOver(web);
    journal.commit();
    fill("a"); // compacted meanwhile
    assertThat(reopen().problems().handedOver(web)).isTrue();
    assertThat(reopen().problems().theirs()).containsExactly(web);

    journal.problems().over(web);
    journal.commit();
    assertThat(journal.problems().handedOver(web)).isFalse();
    assertThat(reopen().problems().handedOver(web)).isFalse();
  }

  @Test
  void whatIsAskedStaysSoUntilItIsAnswered() {
    Issue issue = Given.issue(host.time().now(), "web.service");
    Question question = question(issue);
    journal.problems().ask(question);
    journal.problems().ask(question);
    journal.commit();
    fill("a"); // compacted meanwhile
    assertThat(journal.problems().asked(issue.fingerprint())).contains(question);
    assertThat(reopen().problems().questions()).containsExactly(question);

    assertThat(journal.problems().answered(issue.fingerprint())).contains(question);
    journal.commit();
    assertThat(journal.problems().questions()).isEmpty();
    assertThat(reopen().problems().questions()).isEmpty();
  }

  @Test
  void aDamagedLineIsTold() {
    start("a.1", "web.service");
    start("b.1", "db.service");
    host.state().damage(Journal.FILE, 1);
    assertThat(reopen().damaged()).singleElement().asString().contains(Journal.FILE + ":1");
  }

  @Test
  void aLineThatIsWholeAndMakesNoSenseIsDamage() {
    for (String line :
        List.of("{}", "{\"intent\":\"a.1\"}", "{\"intent\":\"a.1\",\"at\":\"yesterday\"}", "[]")) {
      TestHost other = new TestHost();
      other.state().append(Journal.FILE, List.of(line));
      assertThat(new Journal(other.state(), other.time()).damaged()).as(line).hasSize(1);
    }
  }

  @Test
  void whatCannotBeReadIsDamage() {
    assertThat(new Journal(new Unreadable(host.state()), host.time()).damaged())
        .singleElement()
        .asString()
        .contains("cannot be read", "Input/output error");
  }

  @Test
  void aFailedCommitForgetsItsIntentsAndKeepsTheMarks() {
    Intent before = start("a.1", "web.service");
    host.time().advance(Duration.ofMinutes(6));
    host.state().failWrites("No space left on device");
    journal.close(Given.receipt(before, Outcome.UNCHANGED, host.time().now()));
    journal.add(Given.intent("a.2", host.time().now(), Given.RESTART, "web.service"));

    assertThatThrownBy(journal::commit).isInstanceOf(HostException.class);

    assertThat(journal.open()).isEmpty();
    assertThat(journal.count(HOUR)).isEqualTo(1);
    assertThat(journal.last(Given.RESTART, "web.service").orElseThrow().intent()).isEqualTo("a.1");
    host.state().healWrites();
    journal.commit();
    assertThat(reopen().open()).isEmpty();
    assertThat(reopen().within(HOUR))
        .singleElement()
        .satisfies(entry -> assertThat(entry.outcome()).contains(Outcome.UNCHANGED));
  }

  @Test
  void anIntentThatMakesNoLineIsForgottenAndNothingElse() {
    Intent before = start("a.1", "web.service");
    Intent good = Given.intent("b.1", host.time().now(), Given.RESTART, "db.service");
    journal.close(Given.receipt(before, Outcome.HEALED, host.time().now()));
    journal.add(
        new Intent(
            "c.1",
            "c",
            good.issue(),
            good.detectedAt(),
            good.action(),
            good.target(),
            good.origin(),
            good.confidence(),
            ChronoUnit.FOREVER.getDuration(),
            good.steps(),
            good.circumstances(),
            good.at()));

    assertThatThrownBy(journal::commit)
        .isInstanceOf(HealingException.class)
        .hasMessageContaining("makes no line");

    assertThat(journal.damaged()).isEmpty();
    assertThat(journal.open()).isEmpty();
    journal.add(good);
    journal.commit();
    assertThat(reopen().open()).containsExactly(good);
    assertThat(reopen().last(Given.RESTART, "web.service").orElseThrow().outcome())
        .contains(Outcome.HEALED);
  }

  @Test
  void nothingIsRememberedForLongerThanTwoDays() {
    done(start("a.1", "web.service"), Outcome.HEALED);
    host.time().advance(Starts.REMEMBERED.plusSeconds(1));
    start("b.1", "db.service");
    assertThat(journal.within(Duration.ofDays(365)))
        .extracting(ActionHistory.Entry::intent)
        .containsExactly("b.1");
    assertThat(journal.last(Given.RESTART, "web.service")).isEmpty();
  }

  @Test
  void aRollbackIsRememberedForItsDayHoweverManyOtherStartsThereAre() {
    Intent rollback =
        Given.intent(
            "a.1", host.time().now(), ActionId.ROLLBACK_GENERATION, "/nix/var/nix/profiles/system");
    journal.add(rollback);
    for (int i = 0; i <= Starts.MOST; i++) {
      journal.add(Given.intent("b." + i, host.time().now(), Given.RESTART, "web.service"));
    }
    journal.commit();
    assertThat(journal.within(Duration.ofDays(1)))
        .hasSizeLessThanOrEqualTo(Starts.MOST)
        .extracting(ActionHistory.Entry::intent)
        .contains("a.1", "b." + Starts.MOST)
        .doesNotContain("b.0");
  }

  @Test
  void compactionKeepsWhatIsRememberedAndWhatIsOpen() {
    Intent open = start("open.1", "db.service");
    fill("old");
    host.time().advance(Starts.REMEMBERED.plusSeconds(1));
    long all = host.state().size(Journal.FILE) * 3;
    fill("later");
    fill("last");
    Intent recent = start("new.1", "web.service");
    done(recent, Outcome.HEALED);

    assertThat(host.state().size(Journal.FILE)).isLessThan(all * 3 / 4);
    Journal again = reopen();
    assertThat(again.open()).containsExactly(open);
    assertThat(again.count(HOUR)).isEqualTo(41);
    assertThat(again.last(Given.RESTART, "web.service").orElseThrow().outcome())
        .contains(Outcome.HEALED);
  }

  @Test
  void whatWasRejectedStaysSoAlsoWhenTheFileIsCompactedUntilItIsOver() {
    Issue issue = start("a.1", "web.service").issue();
    Fingerprint web = issue.fingerprint();
    Fingerprint db = start("b.1", "db.service").issue().fingerprint();
    journal.problems().ask(question(issue));
    journal.problems().reject(question(issue));
    journal.problems().reject(question(Given.issue(host.time().now(), "db.service")));
    journal.problems().over(db);
    journal.commit();
    assertThat(reopen().problems().rejected(web)).isTrue();

    long all = host.state().size(Journal.FILE);
    fill("old");
    host.time().advance(Starts.REMEMBERED.plusSeconds(1));
    fill("later");
    fill("last");
    assertThat(host.state().size(Journal.FILE)).as("compacted").isGreaterThan(all);
    Journal again = reopen();
    assertThat(again.damaged()).isEmpty();
    assertThat(again.problems().rejected(web)).isTrue();
    assertThat(again.problems().asked(web)).as("it is answered").isEmpty();
    assertThat(again.problems().askedOrRejected(web)).as("what it was").contains(question(issue));
    assertThat(again.problems().rejected(db)).isFalse();
    assertThat(again.problems().askedOrRejected(db)).isEmpty();
  }

  @Test
  void aRejectionOfAnEarlierVersionIsOneStill() {
    host.state().append(Journal.FILE, List.of("{\"rejected\":\"service_failed|web.service\"}"));
    Fingerprint web = new Fingerprint("service_failed|web.service");
    assertThat(reopen().problems().rejected(web)).isTrue();
    assertThat(reopen().problems().askedOrRejected(web)).isEmpty();
    assertThat(reopen().damaged()).isEmpty();
  }

  private static Question question(Issue issue) {
    return new Question(
        issue, "abc-1", issue.detectedAt(), 3, Given.RESTART, "web.service", "0a0b0c0d", "mend");
  }

  @Test
  void compactionDoesNotWipeAwayDamage() {
    start("a.1", "web.service");
    host.state().damage(Journal.FILE, 1);
    journal = reopen();
    fill("b");
    assertThat(reopen().damaged()).isNotEmpty();
  }

  @Test
  void aCompactionThatFailsDoesNotUndoWhatIsDurable() {
    NoRewriting store = new NoRewriting(host.state());
    journal = new Journal(store, host.time());
    fill("a");
    start("b.1", "web.service");
    assertThat(reopen().count(HOUR)).isEqualTo(journal.count(HOUR));
    assertThat(store.refused).isPositive();
  }

  /** Writes more than the file may have before it is compacted. */
  private void fill(String incident) {
    String[] steps = new String[50];
    java.util.Arrays.fill(steps, "x".repeat(10_000));
    for (int i = 1; i <= 20; i++) {
      Intent small = Given.intent(incident + "." + i, host.time().now(), Given.RESTART, "x");
      Intent large =
          new Intent(
              small.id(),
              small.incident(),
              small.issue(),
              small.detectedAt(),
              small.action(),
              small.target(),
              small.origin(),
              small.confidence(),
              small.settling(),
              List.of(steps),
              small.circumstances(),
              small.at());
      journal.add(large);
      journal.close(Given.receipt(large, Outcome.HEALED, host.time().now()));
      journal.commit();
    }
  }

  private static final class Unreadable extends StoreAround {
    Unreadable(dev.healing.spi.StateStore store) {
      super(store);
    }

    @Override
    public Lines lines(String file) {
      throw new HostException(file + ": Input/output error");
    }
  }

  private static final class NoRewriting extends StoreAround {
    int refused;

    NoRewriting(dev.healing.spi.StateStore store) {
      super(store);
    }

    @Override
    public void rewrite(String file, List<String> jsonObjects) {
      refused++;
      throw new HostException(file + ": No space left on device");
    }
  }
}
