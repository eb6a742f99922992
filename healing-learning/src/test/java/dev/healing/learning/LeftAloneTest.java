package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static dev.healing.learning.Samples.disk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.api.SelfRecovery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What is learned from what passes by itself, and from what was left alone before it was treated.
 */
class LeftAloneTest {
  private static final Duration MOST = Duration.ofMinutes(2);

  private final MemoryStore store = new MemoryStore();
  private final JsonKnowledgeBase base = Samples.open(store);
  private int incidents;

  private Instant next() {
    return Samples.NOW.plus(Duration.ofHours(++incidents));
  }

  private void passed(int afterSeconds) {
    Instant at = next();
    Duration took = Duration.ofSeconds(afterSeconds);
    base.recovered(List.of(new Recovery(disk("/var"), at, at.plus(took), took)));
  }

  private void treated(int afterSeconds) {
    Instant at = next();
    Receipt receipt = Samples.receipt("/var", CLEAN_DISK, Outcome.HEALED);
    base.record(
        List.of(
            new Receipt(
                receipt.id(),
                receipt.incident(),
                receipt.type(),
                receipt.components(),
                receipt.action(),
                receipt.target(),
                receipt.origin(),
                receipt.outcome(),
                at,
                Optional.of(at.plusSeconds(afterSeconds)),
                at.plusSeconds(afterSeconds + 1),
                receipt.before(),
                receipt.after(),
                receipt.confidence(),
                receipt.steps(),
                receipt.recorded(),
                receipt.circumstances(),
                receipt.sideEffects(),
                receipt.detail())));
  }

  private SelfRecovery expected(JsonKnowledgeBase knowing, Duration soFar) {
    return knowing.selfRecovery(disk("/var"), soFar, MOST).orElseThrow();
  }

  private SelfRecovery expected() {
    return expected(base, Duration.ZERO);
  }

  @Test
  void whatIsNewIsWaitedForAsLongAsAllowedSinceOnlyThatTells() {
    assertThat(expected().patience()).isGreaterThanOrEqualTo(Duration.ofSeconds(90));
    assertThat(expected().reason()).contains("it was never left alone");
    assertThat(store.steps).isZero();
  }

  @Test
  void howLongItTakesIsLearned() {
    for (int i = 0; i < 7; i++) {
      passed(12 + i);
    }
    treated(120);
    treated(120);
    assertThat(expected().value()).isCloseTo(7 / 9.0, offset(0.08));
    assertThat(expected().patience()).as("not known well yet").isEqualTo(MOST);
    for (int i = 0; i < 27; i++) {
      if (i % 9 < 7) {
        passed(12 + i % 9);
      } else {
        treated(120);
      }
    }
    assertThat(expected().value()).isCloseTo(7 / 9.0, offset(0.04));
    assertThat(expected().patience()).isEqualTo(Duration.ofSeconds(20));
    assertThat(expected().reason())
        .contains("left alone it recovers by itself within 20 s (27 of 35)"); // the oldest fade
    // What is still there after that time seldom passes.
    assertThat(expected(base, Duration.ofSeconds(20)).value()).isLessThan(0.15);
  }

  @Test
  void whatNeverPassesIsNotWaitedForAnyMoreAndTriedAgainMuchLater() {
    int waited = 0;
    int sinceThen = 0;
    for (int i = 0; i < 400; i++) {
      int patience = (int) expected().patience().toSeconds();
      treated(patience);
      waited += patience > 0 && i < 50 ? 1 : 0;
      sinceThen += patience > 0 && i >= 50 ? 1 : 0;
    }
    assertThat(waited).isBetween(3, 15);
    assertThat(sinceThen).isBetween(1, 15);
  }

  @Test
  void whatWasTreatedBeforeItCouldPassTellsNothingOfLater() {
    for (int i = 0; i < 30; i++) {
      treated(5);
    }
    SelfRecovery known = expected();
    assertThat(known.upper()).isGreaterThan(0.5);
    assertThat(base.selfRecovery(disk("/var"), Duration.ZERO, Duration.ofSeconds(5)))
        .hasValueSatisfying(early -> assertThat(early.upper()).isLessThan(0.06));
  }

  @Test
  void selfRecoveredAndHealedAreCountedApartAndKept() {
    passed(3);
    passed(4);
    treated(30);
    assertThat(base.export())
        .contains("\"statistics\":{\"attempts\":1,\"healed\":1", "\"selfRecovered\":2}");
    String before = expected().reason();
    assertThat(before).contains("(2 of 2)");
    assertThat(expected(Samples.open(store), Duration.ZERO).reason()).isEqualTo(before);
    base.close(); // from the journal into the document
    assertThat(expected(Samples.open(store), Duration.ZERO).reason()).isEqualTo(before);
  }

  @Test
  void whatOnlyEverPassesIsAProblemTooAndForgottenLikeAny() {
    JsonKnowledgeBase small = new JsonKnowledgeBase(store, Samples.TIME, 1, 1_000);
    Duration took = Duration.ofSeconds(3);
    small.recovered(List.of(new Recovery(disk("/a"), Samples.NOW, Samples.NOW, took)));
    small.recovered(List.of(new Recovery(disk("/b"), Samples.NOW, Samples.NOW, took)));
    small.close();
    assertThat(Samples.open(store).export())
        .contains(disk("/b").hash())
        .doesNotContain(disk("/a").hash());
    assertThat(Samples.open(store).problems()).isEmpty();
  }
}
