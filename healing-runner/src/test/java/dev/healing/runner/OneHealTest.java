package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Issue;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OneHealTest {
  private final Lamps lamps = new Lamps();

  @Test
  @Timeout(60)
  void ofTwoBrokenThingsOnlyTheOneThatWasAskedForIsHealed(@TempDir Path state) {
    lamps.broken.addAll(Set.of("asked", "other"));
    Answer answer;
    try (LinuxHost host = LinuxHost.open(state)) {
      answer =
          OneHeal.with(
              System.err,
              OptionalInt.empty(),
              lamps.builder(host, "auto"),
              engine -> {
                Issue wanted =
                    engine.look().issues().stream()
                        .filter(issue -> issue.components().contains("asked"))
                        .findFirst()
                        .orElseThrow();
                return () -> engine.request(wanted);
              });
    }

    assertThat(answer.result().path("outcome").asString()).isEqualTo("HEALED");
    assertThat(answer.exit()).isZero();
    assertThat(lamps.mended).containsExactly("asked");
    assertThat(lamps.broken).containsExactly("other");
  }
}
