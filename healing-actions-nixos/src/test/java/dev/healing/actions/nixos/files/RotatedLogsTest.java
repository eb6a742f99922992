package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By default only what says itself that it is over may be deleted. */
class RotatedLogsTest {
  private final World world = new World();

  private PreparedAction prepare(Object... keys) {
    Map<String, Object> section =
        new java.util.HashMap<>(Map.of("min-bytes", "1B", "target", "0%"));
    for (int i = 0; i < keys.length; i += 2) {
      section.put((String) keys[i], keys[i + 1]);
    }
    return new CleanDisk.Provider()
        .create(world.host.withConfiguration(Configuration.of(section)))
        .prepare(world.issue(IssueType.DISK_FULL, "/var"), HostStates.now().build());
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "syslog.1",
        "syslog.2.gz",
        "kern.log.10.xz",
        "Xorg.0.log.old",
        "messages-20261101",
        "messages-20261101.gz",
        "access.log-2026110114.zst",
        "app.2026-11-01.log",
        "localhost_access_log.2026-11-01.txt",
        "app-2026-11-01.3.log.gz"
      })
  void whatIsRotated(String name) {
    assertThat(RotatedLogs.isOne(Path.of(name))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "syslog",
        "mariadb-bin.000012",
        "mariadb-bin.index",
        "Master.csv",
        "dump-2026-11-01.sql",
        "backup.tar.gz",
        "20261101.pcap",
        "report-2026-11-01.pdf",
        "app.pid",
        "audit-2026-11-01T10-00-00.000.log",
        "Audit.log.1",
        "000000010000000000000042"
      })
  void whatIsNot(String name) {
    assertThat(RotatedLogs.isOne(Path.of(name))).isFalse();
  }

  @Test
  void theNearestNameSaysWhatADirectoryIs() {
    assertThat(RotatedLogs.areIn(Path.of("/var/log"))).isTrue();
    assertThat(RotatedLogs.areIn(Path.of("/srv/app/Logs/mariadb"))).isTrue();
    assertThat(RotatedLogs.areIn(Path.of("/var/log/app/cache"))).isFalse();
    assertThat(RotatedLogs.areIn(Path.of("/var/tmp/log-analysis"))).isFalse();
    assertThat(RotatedLogs.areIn(Path.of("/"))).isFalse();
  }

  @Test
  void byDefaultOnlyRotatedLogsGo() {
    Path rotated = world.old("/var/log/app/app.log.1");
    List<Path> kept =
        List.of(
            world.old("/var/log/app/mariadb-bin.000012"),
            world.old("/var/log/app/app.log"),
            world.old("/var/log/kubernetes/audit/2026/api.log.1"),
            world.old("/var/cache/recorder/evidence.1"),
            world.old("/var/tmp/thesis.1"));
    world.monthPasses();

    assertThat(execute(prepare()).detail()).startsWith("deleted 1 of 1 files");

    assertThat(rotated).doesNotExist();
    assertThat(kept).allSatisfy(path -> assertThat(path).exists());
    assertThatThrownBy(this::prepare).hasMessageContaining("of logs only what was rotated");
    assertThat(prepare("rotated-only", "off").preview().items()).hasValue(3);
  }

  @Test
  void byDefaultOnlyPackagesAreCaches() {
    world.old("/var/cache/apt/archives/a.deb");
    world.old("/var/cache/zoneminder/events/1.mp4");
    world.monthPasses();

    PreparedAction prepared =
        new ClearCache.Provider()
            .create(
                world.host.withConfiguration(
                    Configuration.of(Map.of("min-bytes", "1B", "target", "0%"))))
            .prepare(world.issue(IssueType.DISK_FULL, "/var"), HostStates.now().build());

    assertThat(prepared.preview().items()).hasValue(1);
    assertThat(String.join("\n", prepared.preview().steps())).contains("/var/cache/apt/archives");
  }
}
