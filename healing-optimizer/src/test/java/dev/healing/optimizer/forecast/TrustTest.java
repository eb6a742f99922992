package dev.healing.optimizer.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrustTest {
  private static final long HOUR = 3600;

  private final Trust trust = new Trust();

  @BeforeEach
  void said() {
    trust.said(0, 0.9, true);
  }

  @Test
  void whatDidNotComeTrueIsDoubtedForAWeek() {
    trust.add(7 * HOUR, 0.92);
    assertThat(trust.needed(7 * HOUR, 0.92)).isZero();
    trust.add(8 * HOUR, 0.9);
    assertThat(trust.needed(8 * HOUR, 0.92)).isEqualTo(Trust.NEEDED);
    assertThat(trust.needed(8 * HOUR + 7 * 24 * HOUR, 0.92)).isZero();
  }

  @Test
  void whatIsHigherThanItWasThenIsAnotherMatter() {
    trust.add(8 * HOUR, 0.92);
    assertThat(trust.needed(9 * HOUR, 0.925)).isEqualTo(Trust.NEEDED);
    assertThat(trust.needed(9 * HOUR, 0.95)).isZero();
  }

  @Test
  void whatCameTrueIsNot() {
    trust.add(6 * HOUR, 1);
    trust.add(9 * HOUR, 0.3);
    assertThat(trust.needed(9 * HOUR, 0.3)).isZero();
  }

  @Test
  void itAsksOnceAnHour() {
    assertThat(trust.asks(HOUR - 1)).isFalse();
    assertThat(trust.asks(HOUR)).isTrue();
  }
}
