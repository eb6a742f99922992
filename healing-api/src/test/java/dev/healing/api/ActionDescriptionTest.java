package dev.healing.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What no action can say of itself and of what it would do. */
class ActionDescriptionTest {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration WEEK = Duration.ofDays(7);

  private static ActionDescription description(
      ActionId id, Risk risk, String reversible, Duration settling, Duration timeLimit) {
    return new ActionDescription(
        id, "mends", Set.of(), risk, Set.of(), true, reversible, settling, timeLimit);
  }

  private static ActionDescription lasting(Duration settling, Duration timeLimit) {
    return description(
        ActionId.RESTART_SERVICE, Risk.LOW, ActionDescription.IRREVERSIBLE, settling, timeLimit);
  }

  private static Preview expecting(Duration expected) {
    return Preview.of("web.service", "unit:web.service", expected, Map.of(), "mend it");
  }

  @Test
  void nothingIsLeftOut() {
    String words = ActionDescription.IRREVERSIBLE;
    ActionId id = ActionId.RESTART_SERVICE;
    assertThatThrownBy(() -> description(null, Risk.LOW, words, SECOND, SECOND))
        .hasMessageContaining("without an id");
    assertThatThrownBy(() -> description(id, null, words, SECOND, SECOND))
        .hasMessageContainingAll("restart_service", "risk");
    assertThatThrownBy(() -> description(id, Risk.LOW, null, SECOND, SECOND))
        .hasMessageContainingAll("restart_service", "undone");
  }

  @Test
  void whatItTakesHasAnEnd() {
    assertThat(lasting(Duration.ZERO, WEEK).timeLimit()).isEqualTo(WEEK);
    assertThat(lasting(WEEK, SECOND).settling()).isEqualTo(WEEK);
    for (Duration wrong : new Duration[] {SECOND.negated(), WEEK.plusNanos(1), FOREVER}) {
      assertThatThrownBy(() -> lasting(wrong, SECOND))
          .hasMessageContainingAll("restart_service", "settling time " + wrong, "expected");
      assertThatThrownBy(() -> lasting(SECOND, wrong))
          .hasMessageContainingAll("restart_service", "time limit " + wrong, "expected");
    }
    assertThatThrownBy(() -> lasting(SECOND, Duration.ZERO)).hasMessageContaining("time limit");
  }

  @Test
  void soHasWhatItIsExpectedToTake() {
    assertThat(expecting(Duration.ZERO).expectedDuration()).isZero();
    assertThat(expecting(Duration.ofDays(365)).expectedDuration()).hasDays(365);
    assertThatThrownBy(() -> expecting(SECOND.negated())).hasMessageContaining("web.service");
    assertThatThrownBy(() -> expecting(FOREVER)).hasMessageContaining("web.service");
  }
}
