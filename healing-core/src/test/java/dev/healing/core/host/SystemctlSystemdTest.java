package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.spi.Systemd.Job;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.ScriptedCommands;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Limits by systemctl, for hosts without a bus. What it prints is systemd 252's. */
class SystemctlSystemdTest {
  private final ScriptedCommands commands = new ScriptedCommands();
  private final SystemctlSystemd systemd = new SystemctlSystemd(commands);

  private void shows(String property, String printed) {
    commands.succeeds(
        property + "=" + printed + "\n",
        "systemctl",
        "show",
        "--no-pager",
        "--property=" + property,
        "--",
        "a.service");
  }

  @Test
  void limitsAreReadAsTheyArePrinted() {
    shows("CPUQuotaPerSecUSec", "20min 34.560000s");
    assertThat(systemd.limit("a.service", Limit.CPU_QUOTA)).hasValue(1_234_560_000);
    shows("CPUQuotaPerSecUSec", "infinity");
    assertThat(systemd.limit("a.service", Limit.CPU_QUOTA)).isEmpty();
    shows("MemoryHigh", "123456789");
    assertThat(systemd.limit("a.service", Limit.MEMORY_HIGH)).hasValue(123_456_789);
    shows("MemoryHigh", "infinity");
    assertThat(systemd.limit("a.service", Limit.MEMORY_HIGH)).isEmpty();
  }

  @Test
  void limitsAreSetAtRuntimeOnly() {
    String[] settings = {"CPUQuota=150.00%", "CPUQuota=", "MemoryHigh=7", "MemoryHigh=infinity"};
    for (String setting : settings) {
      commands.succeeds("", "systemctl", "set-property", "--runtime", "--", "a.service", setting);
    }
    systemd.setLimit("a.service", Limit.CPU_QUOTA, OptionalLong.of(1_500_000));
    systemd.setLimit("a.service", Limit.CPU_QUOTA, OptionalLong.empty());
    systemd.setLimit("a.service", Limit.MEMORY_HIGH, OptionalLong.of(7));
    systemd.setLimit("a.service", Limit.MEMORY_HIGH, OptionalLong.empty());
    assertThat(commands.calls()).hasSize(4);
  }

  @Test
  void jobsAreReadAsTheyArePrinted() {
    commands.succeeds(
        """
        73  test-a.service start running
        121 test-b.service start waiting
        """,
        "systemctl",
        "list-jobs",
        "--plain",
        "--full",
        "--no-legend",
        "--no-pager");
    assertThat(systemd.jobs())
        .containsExactly(
            new Job(73, "test-a.service", "start", true),
            new Job(121, "test-b.service", "start", false));
    assertThat(systemd.jobRunning(121)).isTrue();
    assertThat(systemd.jobRunning(12)).isFalse();
  }

  @Test
  void whomSystemdStartedAgainIsUnknownWithoutItsSignals() {
    assertThatThrownBy(systemd::startedAgain)
        .isInstanceOf(HostException.class)
        .hasMessage("systemd's signals are not subscribed to");
    assertThatThrownBy(new NoSystemd("none was booted")::startedAgain)
        .hasMessage("no systemd: none was booted");
  }
}
