package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.Systemd.Availability;
import dev.healing.spi.Trigger;
import dev.healing.testkit.TestHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemdTriggerTest {
  private final TestHost host = new TestHost();
  private final Trigger trigger = new SystemdTrigger.Provider().create(host);
  private final List<String> reasons = new ArrayList<>();

  @Test
  void wakesWhenAUnitFailsUntilItIsClosed() {
    host.systemd().service("nginx.service");
    assertThat(trigger.start(reasons::add)).isEqualTo("D-Bus signals");
    host.systemd().fail("nginx.service");
    assertThat(reasons).containsExactly("nginx.service changed");
    trigger.close();
    trigger.close();
    host.systemd().recover("nginx.service");
    assertThat(reasons).hasSize(1);
  }

  @Test
  void saysWhyItOnlyPolls() {
    host.systemd().availability(new Availability(true, false, "systemctl"));
    assertThat(trigger.start(reasons::add)).isEqualTo("polling only: systemctl gives no signals");
    host.systemd().availability(new Availability(false, false, "no systemd: PID 1 is sh"));
    assertThat(trigger.start(reasons::add)).isEqualTo("polling only: no systemd: PID 1 is sh");
  }
}
