package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.Trigger;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TriggersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TestHost host = new TestHost();
  private final Triggers triggers = new Triggers(new Inquiries(host.workers()), reason -> {});
  private final List<String> happened = new ArrayList<>();

  @AfterEach
  void end() {
    host.time().close();
  }

  @Test
  void oneThatBeginsToListenWhileAllAreClosedIsClosedAgain() {
    triggers.start(
        Map.of(
            "bell",
            new Trigger() {
              @Override
              public String start(Wake wake) {
                triggers.end(PATIENCE);
                happened.add("listens");
                return "a bell";
              }

              @Override
              public void close() {
                happened.add("closed");
              }
            }),
        PATIENCE);
    assertThat(happened).containsExactly("closed", "listens", "closed");
  }
}
