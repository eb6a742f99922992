package dev.healing.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import dev.healing.core.Given;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.TimeSource;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the journal makes of clocks that are wrong. */
class JournalClocksTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DECADES = Duration.ofDays(10_000);

  private final TestHost host = new TestHost();
  private Journal journal = reopen();

  private Journal reopen() {
    return new Journal(host.state(), host.time());
  }

  private void start(String id, String target) {
    journal.add(Given.intent(id, host.time().now(), Given.RESTART, target));
    journal.commit();
  }

  private List<String> lines() {
    return host.state().lines(Journal.FILE).lines();
  }

  @Test
  void withinOneBootTheWallClockDoesNotMatter() {
    start("a.1", "web.service");
    host.time().advance(Duration.ofMinutes(10));
    for (Duration jump : List.of(Duration.ofDays(400), Duration.ofDays(-800))) {
      host.time().jumpWall(jump);
      assertThat(reopen().last(Given.RESTART, "web.service").orElseThrow().age())
          .isEqualTo(Duration.ofMinutes(10));
      assertThat(journal.count(HOUR)).isEqualTo(1);
    }
  }

  /** As in a container of systemd-nspawn, by the daemon in its unit and by a verb beside it. */
  @Test
  void aBootThatHasTwoNamesIsOne() {
    host.time().advance(Duration.ofHours(3));
    start("a.1", "web.service");
    host.time().advance(Duration.ofMinutes(1));
    journal = byAnotherName();
    assertThat(journal.count(HOUR)).as("by the other name").isEqualTo(1);
    start("b.1", "web.service");
    host.time().advance(Duration.ofMinutes(1));
    journal = reopen();
    start("c.1", "web.service");

    assertThat(reopen().count(HOUR)).isEqualTo(3);
    assertThat(byAnotherName().count(HOUR)).isEqualTo(3);
    assertThat(reopen().within(HOUR))
        .extracting(ActionHistory.Entry::age)
        .containsExactly(Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(2));
  }

  @Test
  void alsoIfTheClockWasSetBetweenTheTwo() {
    host.time().advance(Duration.ofHours(3));
    start("a.1", "web.service");
    host.time().jumpWall(Duration.ofMinutes(-5));
    journal = byAnotherName();
    start("b.1", "web.service");
    journal = reopen();

    assertThat(journal.count(HOUR)).isEqualTo(2);
    host.time().reboot(Duration.ofMinutes(5));
    assertThat(reopen().count(HOUR)).isEqualTo(2);
  }

  private Journal byAnotherName() {
    TimeSource time = host.time();
    return new Journal(
        host.state(),
        new TimeSource() {
          @Override
          public Instant now() {
            return time.now();
          }

          @Override
          public long monotonicNanos() {
            return time.monotonicNanos();
          }

          @Override
          public String bootId() {
            return "another name of " + time.bootId();
          }
        });
  }

  @Test
  void acrossBootsTheWallClockCountsButNeverLessThanTheUptime() {
    start("a.1", "web.service");
    host.time().reboot(Duration.ofMinutes(20));
    assertThat(reopen().within(HOUR).get(0).age()).isEqualTo(Duration.ofMinutes(20));

    host.time().jumpWall(Duration.ofDays(-30));
    host.time().advance(Duration.ofMinutes(5));
    Duration uptime = Duration.ofNanos(host.time().monotonicNanos());
    assertThat(reopen().within(HOUR).get(0).age())
        .as("set back: the start seems later than it was, never earlier")
        .isEqualTo(uptime);
  }

  @Test
  void aStartStampedByAWrongClockHidesNoneBeforeIt() {
    start("a.1", "web.service");
    host.time().reboot();
    host.time().jumpWall(Duration.ofDays(-10_000)); // no battery, and no network
    journal = reopen();
    start("b.1", "web.service");
    host.time().reboot();
    host.time().jumpWall(Duration.ofDays(10_000));

    Journal again = reopen();
    assertThat(again.count(HOUR)).isEqualTo(2);
    assertThat(again.last(Given.RESTART, "web.service").orElseThrow().age()).isLessThan(HOUR);
  }

  @Test
  void aStartStampedBeforeTheClockWasCorrectedIsNotOld() {
    host.time().jumpWall(DECADES.negated());
    journal = reopen();
    start("a.1", "web.service");
    host.time().advance(Duration.ofMinutes(5));
    host.time().jumpWall(DECADES);
    journal.commit();
    host.time().advance(Duration.ofMinutes(5));
    host.time().reboot(Duration.ofMinutes(1));

    assertThat(reopen().within(HOUR))
        .singleElement()
        .satisfies(entry -> assertThat(entry.age()).isEqualTo(Duration.ofMinutes(11)));
  }

  @Test
  void aClockThatJumpsAheadInALaterBootIsNotTakenForTime() {
    start("a.1", "web.service");
    host.time().reboot();
    journal = reopen();
    journal.commit();
    host.time().jumpWall(Duration.ofHours(3));
    journal.commit();
    assertThat(journal.count(HOUR)).isEqualTo(1);
    assertThat(reopen().count(HOUR)).as("after a restart").isEqualTo(1);
    host.time().reboot();
    assertThat(reopen().count(HOUR)).as("after another boot").isEqualTo(1);
  }

  @Test
  void aJumpThatCouldNotBeWrittenIsWrittenLater() {
    start("a.1", "web.service");
    host.time().jumpWall(HOUR.multipliedBy(2));
    host.state().failWrites("No space left on device");
    assertThatThrownBy(journal::commit).isInstanceOf(HostException.class);
    host.state().healWrites();
    journal.commit();
    host.time().reboot();
    assertThat(reopen().count(HOUR)).isEqualTo(1);
  }

  @Test
  void onlyJumpsAreWrittenAndOnlyIfThereIsAnythingToBeAged() {
    for (int day = 0; day < 10; day++) {
      host.time().jumpWall(HOUR);
      journal.commit();
    }
    assertThat(lines()).isEmpty();
    start("a.1", "web.service");
    int before = lines().size();
    for (int day = 0; day < 10; day++) {
      journal.commit();
      host.time().advance(Duration.ofDays(1));
      host.time().jumpWall(day % 2 == 0 ? HOUR : HOUR.negated());
    }
    assertThat(lines()).hasSize(before + 1);
  }

  @Test
  void compactionKeepsWhatIsKnownOfTheClock() {
    host.time().jumpWall(DECADES.negated());
    journal = reopen();
    large("old.1");
    host.time().jumpWall(DECADES);
    journal.commit();
    host.time().jumpWall(DECADES.negated()); // the next line of this boot says nothing of it
    host.time().advance(Starts.REMEMBERED.plusSeconds(1));
    for (int i = 1; i <= 16; i++) {
      large("new." + i);
    }
    assertThat(lines()).as("compacted").noneMatch(line -> line.contains("old.1"));

    host.time().jumpWall(DECADES);
    host.time().reboot();
    assertThat(reopen().count(HOUR)).isEqualTo(16);
  }

  /** So much that sixteen are too much for one file. */
  private void large(String id) {
    Intent small = Given.intent(id, host.time().now(), Given.RESTART, "x");
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
            Collections.nCopies(50, "x".repeat(11_000)),
            small.circumstances(),
            small.at());
    journal.add(large);
    journal.close(Given.receipt(large, Outcome.HEALED, host.time().now()));
    journal.commit();
  }
}
