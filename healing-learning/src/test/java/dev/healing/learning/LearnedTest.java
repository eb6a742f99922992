package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static dev.healing.api.ActionId.GARBAGE_COLLECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is believed after what was seen. */
class LearnedTest {
  private final MemoryStore store = new MemoryStore();
  private Instant now = Samples.NOW;
  private final JsonKnowledgeBase base =
      new JsonKnowledgeBase(
          store,
          new TimeSource() {
            @Override
            public Instant now() {
              return now;
            }

            @Override
            public long monotonicNanos() {
              return 0;
            }

            @Override
            public String bootId() {
              return "boot";
            }
          },
          10_000,
          JsonKnowledgeBase.LEAST_LINES);

  /** An incident that is over at once. */
  private void seen(IssueType type, String where, ActionId action, Outcome outcome) {
    base.record(
        List.of(
            new Receipt(
                "r",
                "i",
                type,
                new TreeSet<>(Set.of(where)),
                action,
                where,
                Origin.AUTOMATIC,
                outcome,
                now,
                Optional.of(now),
                now,
                new TreeMap<>(),
                new TreeMap<>(),
                confidence(type, where, action).value(),
                List.of("try"),
                List.of(),
                new TreeMap<>(),
                List.of(),
                "")));
  }

  private void later(Duration time) {
    now = now.plus(time);
  }

  private Confidence confidence(IssueType type, String where, ActionId action) {
    return base.confidence(Fingerprint.of(type, List.of(where)), action);
  }

  private Confidence disk(String mount) {
    return confidence(IssueType.DISK_FULL, mount, CLEAN_DISK);
  }

  @Test
  void aNewProblemBorrowsFromItsTypeAndSaysSo() {
    for (int i = 0; i < 30; i++) {
      seen(IssueType.DISK_FULL, "/mnt/" + i, CLEAN_DISK, Outcome.HEALED);
      seen(IssueType.SERVICE_FAILED, i + ".service", CLEAN_DISK, Outcome.UNCHANGED);
      later(Duration.ofDays(1));
    }

    Confidence disk = disk("/new");
    assertThat(disk.value()).isGreaterThan(0.8);
    assertThat(disk.attempts()).isZero();
    assertThat(disk.reason())
        .startsWith(
            "never tried on this problem; on others of its type 30 of 30; on other types 0 of 30,"
                + " which lets expect 0.")
        .contains("attempts: 0.", "at least 0.");
    assertThat(confidence(IssueType.SERVICE_FAILED, "new.service", CLEAN_DISK).value())
        .isLessThan(0.2);
    assertThat(confidence(IssueType.DISK_FULL, "/new", GARBAGE_COLLECT))
        .isEqualTo(Confidence.UNKNOWN);
  }

  @Test
  void whereAnActionHealsSomeAlwaysAndOthersNeverLittleIsBorrowed() {
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 10; i++) {
        Outcome outcome = i % 2 == 0 ? Outcome.HEALED : Outcome.UNCHANGED;
        seen(IssueType.DISK_FULL, "/mnt/" + i, CLEAN_DISK, outcome);
      }
      later(Duration.ofDays(1));
    }
    seen(IssueType.DISK_FULL, "/new", CLEAN_DISK, Outcome.HEALED);

    // With a strength of many attempts, one success would move 0.5 by next to nothing.
    assertThat(disk("/new").value()).isGreaterThan(0.7);
  }

  @Test
  void whenWhatAlwaysHealedNoLongerDoesThatIsBelievedSoon() {
    for (int i = 0; i < 40; i++) {
      seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.HEALED);
      later(Duration.ofDays(1));
    }
    assertThat(disk("/var").value()).isEqualTo(Confidence.MAX);
    assertThat(disk("/var").lower()).isBetween(0.8, 0.95);

    for (int i = 0; i < 4; i++) {
      seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.UNCHANGED);
      later(Duration.ofDays(1));
    }

    assertThat(disk("/var").value()).as("by counts 0.89").isLessThan(0.4);
    assertThat(disk("/var").reason()).contains("it seems to have changed");
  }

  @Test
  void aSuccessAfterWhichTheProblemIsBackAtOnceIsTakenBack() {
    for (int i = 0; i < 10; i++) {
      seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, i % 2 == 0 ? Outcome.HEALED : Outcome.FAILED);
      later(Duration.ofDays(3));
    }
    double usual = disk("/var").value();
    for (int i = 0; i < 5; i++) {
      seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.HEALED);
      later(Duration.ofMinutes(2));
    }
    seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.UNCHANGED);

    assertThat(disk("/var").value()).isLessThan(usual + 0.05);
    assertThat(disk("/var").reason()).containsPattern("[345]\\.\\d taken back because it returned");
    assertThat(base.export()).containsPattern("\"takenBack\":[345]\\.");
  }

  /** What is away by a clock that was set says little of how long problems are away. */
  @Test
  void aClockThatWasSetMakesNoOthersReturnTooSoon() {
    seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.HEALED);
    later(Duration.ofDays(365 * 1000));
    seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.HEALED);
    later(Duration.ofDays(1));

    seen(IssueType.DISK_FULL, "/home", CLEAN_DISK, Outcome.HEALED);
    later(Duration.ofHours(4));
    seen(IssueType.DISK_FULL, "/home", CLEAN_DISK, Outcome.UNCHANGED);

    assertThat(disk("/home").reason()).doesNotContain("taken back");
    assertThat(base.export()).contains("\"awaySeconds\":2592000.0");
  }

  @Test
  void whatWasSeenLongAgoCountsLess() {
    for (int i = 0; i < 10; i++) {
      seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.HEALED);
      later(Duration.ofDays(1));
    }
    Confidence now = disk("/var");
    later(Duration.ofDays(720));

    assertThat(disk("/var").value()).isLessThan(now.value() - 0.05);
    assertThat(disk("/var").lower()).isLessThan(now.lower() - 0.1);
  }

  @Test
  void itSaysHowTrueItWas() {
    for (int i = 0; i < 50; i++) {
      seen(IssueType.DISK_FULL, "/var", CLEAN_DISK, Outcome.HEALED);
      later(Duration.ofDays(1));
    }

    // Shown was first 0.5, and more each time.
    assertThat(base.export())
        .containsPattern("\"brierScore\":0\\.0[01]")
        .containsPattern("\"calibrationError\":0\\.0[4-9]");
  }
}
