package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.UnitState;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.testkit.HostAround;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What issues say of their causes and of what they are the cause of. */
class ExplanationsTest {
  private static Set<String> explained(DetectorProvider provider, int looks, HostStates host) {
    Detector detector = provider.create(new TestHost());
    HostState state = host.build();
    for (int i = 1; i < looks; i++) {
      detector.detect(state);
    }
    return detector.detect(state).issues().get(0).explains();
  }

  private static UnitState unit(String name, String result, Instant failedAt) {
    return new UnitState(
        name,
        "loaded",
        "failed",
        "failed",
        result,
        "simple",
        OptionalLong.empty(),
        "",
        Optional.of(failedAt),
        Set.of());
  }

  private static String failure(TestHost host, Instant at) {
    return new ServiceFailed.Provider()
        .create(host)
        .detect(HostStates.now().unit(unit("nginx.service", "signal", at)).build())
        .issues()
        .get(0)
        .description();
  }

  @Test
  void packagesThatWereChangedRightBeforeAFailureAreNamed() throws IOException {
    TestHost host = new TestHost();
    Instant changed = VirtualTime.START.minusSeconds(60);
    String time = LocalDateTime.ofInstant(changed, ZoneId.systemDefault()).toString();
    String at = (time.length() == 16 ? time + ":00" : time).replace('T', ' ');
    host.files().write("/var/lib/dpkg/status", "Package: nginx\n");
    host.files()
        .write(
            "/var/log/dpkg.log",
            "2001-01-01 12:00:00 upgrade old:all 1 2\n"
                + (at + " upgrade nginx:amd64 1.22.1-9 1.24.0-1\n")
                + (at + " status installed nginx:amd64 1.24.0-1\n")
                + (at + " remove libfoo1:amd64 1 <none>\n"));
    Files.setLastModifiedTime(host.files().path("/var/lib/dpkg/status"), FileTime.from(changed));
    assertThat(failure(host, changed.plusSeconds(40)))
        .endsWith("; packages were changed 40 s before: upgrade nginx, remove libfoo1");
    assertThat(failure(host, changed.minusSeconds(1))).doesNotContain("packages");
    assertThat(failure(host, changed.plusSeconds(601))).doesNotContain("packages");
  }

  @Test
  void noMemoryExplainsASlowHostAndWhomTheKernelHasKilledLately() {
    HostStates high = HostStates.now().memory(0.92);
    assertThat(explained(new MemoryHigh.Provider(), 3, high))
        .containsExactlyInAnyOrder("host", "swap");
    HostStates critical =
        HostStates.now()
            .memory(0.97)
            .unit(unit("db.service", "oom-kill", VirtualTime.START.minusSeconds(5)))
            .unit(unit("old.service", "oom-kill", VirtualTime.START.minusSeconds(601)))
            .unit(unit("web.service", "signal", VirtualTime.START.minusSeconds(5)));
    assertThat(explained(new MemoryHigh.Provider(), 5, critical))
        .containsExactlyInAnyOrder("host", "swap", "db.service");
  }

  @Test
  void aFileSystemWithHardlyAnyRoomExplainsWhoeverNeedsItsMount() {
    Metric used = Metric.of(Metric.FILESYSTEM_USED, "/var/lib/my-db");
    assertThat(explained(new DiskFull.Provider(), 3, HostStates.now().sample(used, 0.98)))
        .isEmpty();
    assertThat(explained(new DiskFull.Provider(), 3, HostStates.now().sample(used, 0.995)))
        .containsExactlyInAnyOrder("var-lib-my\\x2ddb.mount", "host");
    Metric available = Metric.of(Metric.FILESYSTEM_AVAILABLE, "/var/lib/my-db");
    HostStates large = HostStates.now().sample(used, 0.995).sample(available, 20e9);
    assertThat(explained(new DiskFull.Provider(), 3, large)).as("of 4 TB").isEmpty();
    large.sample(available, 1e9);
    assertThat(explained(new DiskFull.Provider(), 3, large)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "/, -.mount",
    "/var/lib, var-lib.mount",
    "//srv/, srv.mount",
    "/.snapshots/.x, \\x2esnapshots-.x.mount",
    "/a b/ü, a\\x20b-\\xc3\\xbc.mount"
  })
  void mountUnitsAreNamedAsSystemdDoes(String mountPoint, String unit) {
    assertThat(MountUnit.of(mountPoint)).isEqualTo(unit);
  }

  @Test
  void ofAllThatFailTogetherTheLogOfPackagesIsReadOnce() throws IOException {
    TestHost host = new TestHost();
    Instant changed = VirtualTime.START.minusSeconds(60);
    host.files().write("/var/lib/dpkg/status", "").write("/var/log/dpkg.log", "");
    Files.setLastModifiedTime(host.files().path("/var/lib/dpkg/status"), FileTime.from(changed));
    List<Object> read = new ArrayList<>();
    HostFiles counted =
        (HostFiles)
            Proxy.newProxyInstance(
                HostFiles.class.getClassLoader(),
                new Class<?>[] {HostFiles.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("read")) {
                    read.add(arguments[0]);
                  }
                  return method.invoke(host.files(), arguments);
                });
    HostContext around =
        new HostAround(host) {
          @Override
          public HostFiles files() {
            return counted;
          }
        };
    HostStates states = HostStates.now();
    for (int i = 0; i < 500; i++) {
      states.unit(unit("bad-" + i + ".service", "signal", VirtualTime.START));
    }
    Detection found = new ServiceFailed.Provider().create(around).detect(states.build());
    assertThat(found.issues())
        .hasSize(500)
        .allSatisfy(issue -> assertThat(issue.description()).contains("packages were changed 60"));
    assertThat(read).containsExactly("/var/log/dpkg.log");
  }
}
