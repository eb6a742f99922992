package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.spi.Systemd.Availability;
import dev.healing.testkit.FakeSystemd;
import dev.healing.testkit.TestHost;
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

  @Test
  void mountPointsThatAreNotThereAreNamed() {
    TestHost host = new TestHost();
    host.files().write("/var/x", "");
    Configuration configuration =
        Configuration.of(
            Map.of(
                "detectors",
                Map.of(
                    "disk_full",
                    Map.of("mounts", Map.of("/var", Map.of(), "/nonexist", Map.of())),
                    "cpu_high",
                    false,
                    "mine",
                    Map.of("metric", "filesystem.used.fraction{/nope}"),
                    "each",
                    Map.of("metric", "filesystem.used.fraction{*}"))));

    assertThat(CheckConfigVerb.absent(configuration, host.files()))
        .containsExactly(
            "detectors.disk_full.mounts: there is no '/nonexist'",
            "detectors.mine.metric: there is no '/nope'");
    host.time().close();
  }
}
