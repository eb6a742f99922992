package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.Sampler;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceMemoryTest {
  private static final long MIB = 1 << 20;

  @TempDir Path root;
  private TestHost host;
  private Sampler sampler;

  @BeforeEach
  void make() {
    host = new TestHost(root);
    sampler = new ServiceMemory.Provider().create(host);
  }

  private void group(String path, long currentMib, long anonMib, long swapMib) {
    String group = "/sys/fs/cgroup/" + path;
    host.files().write(group + "/memory.current", currentMib * MIB + "\n");
    host.files().write(group + "/memory.stat", "anon " + anonMib * MIB + "\nfile 1\nkernel 0\n");
    host.files().write(group + "/memory.swap.current", swapMib * MIB + "\n");
  }

  private void process(long pid, String service, String status) {
    ProcessState usual = FakeProcesses.process(pid, "worker");
    host.processes()
        .add(
            new ProcessState(
                usual.ref(),
                1,
                "worker",
                1000,
                'S',
                Duration.ZERO,
                5 * MIB,
                0,
                usual.oomScore(),
                List.of("system.slice", service),
                false));
    host.files().write("/proc/" + pid + "/status", status);
  }

  private Map<String, Double> mebibytes() {
    Map<String, Double> values = new TreeMap<>();
    for (Sample sample : sampler.read().samples()) {
      assertThat(sample.metric().name()).isEqualTo(Metric.SERVICE_MEMORY);
      values.put(sample.metric().component(), sample.value() / MIB);
    }
    return values;
  }

  @Test
  void byControlGroupWhatIsTheServicesOwnCountsAndPageCacheDoesNot() {
    group("system.slice", 9999, 1, 1);
    group("system.slice/app.service", 900, 300, 100);
    group("system.slice/reader.service", 5000, 40, 0);
    group("system.slice/small.service", 20, 20, 0);
    group("system.slice/system-many.slice/many@1.service", 400, 350, 0);
    group("user.slice/user-1000.slice/user@1000.service", 4000, 4000, 0);
    assertThat(mebibytes())
        .containsExactly(
            Map.entry("app.service", 400.0),
            Map.entry("many@1.service", 350.0),
            Map.entry("reader.service", 40.0));
  }

  @Test
  void otherwiseTheProcessesOfAServiceAreAddedUp() {
    process(50, "app.service", "Name:\tx\nRssAnon:\t  40960 kB\nVmSwap:\t 10240 kB\n");
    process(51, "app.service", "RssAnon:\t20480 kB\nRssFile:\t999999 kB\nVmSwap:\t0 kB\n");
    process(52, "small.service", "RssAnon:\t1024 kB\n");
    process(53, "user@1000.service", "RssAnon:\t409600 kB\n");
    host.files().write("/proc/54/status", "Name:\tkthreadd\n");
    assertThat(mebibytes()).containsExactly(Map.entry("app.service", 70.0));
  }

  @Test
  void itIsMeasuredSeldomAndTheLargestOnly() {
    group("system.slice", 9999, 1, 1);
    for (int i = 1; i <= 12; i++) {
      group("system.slice/s" + i + ".service", 100 + i, 100 + i, 0);
    }
    List<Sample> first = sampler.read().samples();
    assertThat(first).hasSize(8);
    assertThat(mebibytes())
        .containsKeys("s5.service", "s12.service")
        .doesNotContainKey("s4.service");
    group("system.slice/s12.service", 500, 500, 0);
    host.time().advance(Duration.ofSeconds(14));
    assertThat(sampler.read().samples()).isEqualTo(first);
    host.time().advance(Duration.ofSeconds(1));
    assertThat(mebibytes()).containsEntry("s12.service", 500.0);
  }

  @Test
  void aHostThatCannotBeReadIsNamed() {
    assertThat(sampler.read().unreadable())
        .singleElement()
        .satisfies(u -> assertThat(u.what()).isEqualTo(Metric.SERVICE_MEMORY));
  }
}
