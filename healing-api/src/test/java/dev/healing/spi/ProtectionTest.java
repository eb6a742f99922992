package dev.healing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.testkit.FakeProcesses;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectionTest {
  @ParameterizedTest
  @ValueSource(strings = {"sshd", "sshd-session", "sshd-auth"})
  void everyProgramThatServesAPersonsConnectionIsVital(String name) {
    assertThat(Protection.vitalOnly().process(FakeProcesses.process(100, name), List.of()))
        .hasValueSatisfying(why -> assertThat(why).contains(name + " (pid 100)", "is vital"));
  }

  @Test
  void aNameThatOnlyBeginsLikeOneIsNot() {
    assertThat(
            Protection.vitalOnly().process(FakeProcesses.process(100, "sshd-exporter"), List.of()))
        .isEmpty();
  }
}
