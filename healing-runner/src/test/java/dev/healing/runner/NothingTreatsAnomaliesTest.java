package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.learning.anomaly.Anomaly;
import dev.healing.spi.ActionProvider;
import dev.healing.testkit.TestHost;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** That something is unusual is no reason to do anything. */
class NothingTreatsAnomaliesTest {
  @Test
  void noActionThatIsInstalledIsARemedyForOne() {
    List<ServiceLoader.Provider<ActionProvider>> actions =
        ServiceLoader.load(ActionProvider.class).stream().toList();
    assertThat(actions).hasSizeGreaterThan(8);
    assertThat(actions)
        .allSatisfy(
            action ->
                assertThat(action.get().create(new TestHost()).description().treats())
                    .doesNotContain(Anomaly.TYPE));
  }
}
