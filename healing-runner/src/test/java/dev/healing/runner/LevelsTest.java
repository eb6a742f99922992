package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn is what the detectors go by, and is written nowhere else. */
class LevelsTest {
  @TempDir Path state;

  private String levels(Map<String, ?> detectors) {
    Configuration configuration = Configuration.of(Map.of("detectors", detectors));
    try (LinuxHost host = LinuxHost.observe(state);
        HealingEngine engine =
            HealingEngine.builder().host(host).configuration(configuration).build()) {
      assertThat(engine.plugins()).isNotEmpty();
      return Levels.of(configuration).toString();
    }
  }

  @Test
  void withoutAWordTheyAreTheDetectorsOwn() {
    assertThat(levels(Map.of()))
        .isEqualTo(
            "{\"memory.used.fraction\":{\"high\":0.9,\"critical\":0.95},"
                + "\"filesystem.used.fraction\":{\"high\":0.9,\"critical\":0.95},"
                + "\"cpu.busy.fraction\":{\"high\":0.9},\"health\":{\"low\":50.0,\"floor\":30.0}}");
  }

  @Test
  void theyFollowWhatIsConfiguredAndNobodyIsDrawnWhoIsOff() {
    assertThat(
            levels(
                Map.of(
                    "memory_high", "off", "disk_full", Map.of("high", "97%"), "cpu_high", "off")))
        .contains("\"memory.used.fraction\":{}", "\"cpu.busy.fraction\":{}")
        .contains("\"filesystem.used.fraction\":{\"high\":0.97,\"critical\":0.97}");
  }
}
