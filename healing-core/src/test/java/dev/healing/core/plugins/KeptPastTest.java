package dev.healing.core.plugins;

import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.healing.api.Metric;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KeptPastTest {
  @Test
  void aHostThatWasOffForYearsStarts() {
    TestHost host = new TestHost();
    Instant since = host.time().now();
    host.time().jumpWall(Duration.ofDays(3 * 365));
    KeptPast past = new KeptPast(host.state(), host.time());
    assertThatNoException()
        .isThrownBy(() -> past.highest(Metric.MEMORY_USED, since, Duration.ofMinutes(1)));
  }
}
