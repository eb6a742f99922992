package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.spi.Systemd.Availability;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.VirtualTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckConfigVerbTest {
  /** A misspelt name protects nobody, and nothing would say so. */
  @Test
  void unitsThatAreToBeProtectedAndAreNotThereAreNamed() {
    FakeSystemd systemd = new FakeSystemd(new VirtualTime()).service("postgresql.service");
    Configuration configuration =
        Configuration.of(
            Map.of(
                "protect",
                Map.of(
                    "units",
                    List.of("postgresql", "Postgresql.service", "mysql ", "shop-*.service"))));

    assertThat(CheckConfigVerb.unknown(configuration, systemd))
        .containsExactly(
            "protect.units: there is no unit 'Postgresql.service'",
            "protect.units: there is no unit 'mysql .service'");

    systemd.availability(new Availability(false, false, "no systemd here"));
    assertThat(CheckConfigVerb.unknown(configuration, systemd)).isEmpty();
  }
}
