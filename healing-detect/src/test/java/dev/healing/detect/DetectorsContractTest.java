package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The built-in detectors promise what every detector promises. */
class DetectorsContractTest {
  private abstract static class OfOneMetric extends DetectorContract {
    private final DetectorProvider provider;
    private final Metric metric;
    private final double well;
    private final double ill;

    OfOneMetric(DetectorProvider provider, Metric metric, double well, double ill) {
      this.provider = provider;
      this.metric = metric;
      this.well = well;
      this.ill = ill;
    }

    @Override
    protected Detector detector() {
      return provider.create(new TestHost());
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().sample(metric, well).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.now().sample(metric, ill).build();
    }
  }

  @Nested
  class OfMemoryHigh extends OfOneMetric {
    OfMemoryHigh() {
      super(new MemoryHigh.Provider(), Metric.MEMORY_USED, 0.5, 0.93);
    }
  }

  @Nested
  class OfMemoryExhausting extends DetectorContract {
    @Override
    protected Detector detector() {
      return new MemoryExhausting.Provider().create(new TestHost());
    }

    @Override
    protected HostState healthy() {
      return available(8e9, 7e9, 8e9);
    }

    @Override
    protected HostState sick() {
      return available(1e9, 0.9e9, 0.8e9);
    }

    private HostState available(double... bytes) {
      return HostStates.now()
          .recent(Metric.MEMORY_AVAILABLE, Duration.ofMillis(100), bytes)
          .sample(Metric.MEMORY_USED, 1 - bytes[bytes.length - 1] / 24e9)
          .build();
    }
  }

  @Nested
  class OfCpuHigh extends OfOneMetric {
    OfCpuHigh() {
      super(new CpuHigh.Provider(), Metric.CPU_BUSY, 0.5, 0.99);
    }
  }

  @Nested
  class OfDiskFull extends OfOneMetric {
    OfDiskFull() {
      super(new DiskFull.Provider(), Metric.of(Metric.FILESYSTEM_USED, "/var"), 0.5, 0.99);
    }
  }

  @Nested
  class OfSystemSlow extends OfOneMetric {
    OfSystemSlow() {
      super(new SystemSlow.Provider(), Metric.HEALTH, 90, 10);
    }
  }

  @Nested
  class OfLimitNear extends OfOneMetric {
    OfLimitNear() {
      super(new LimitNear.Provider(), Metric.of(KernelLimits.USED, "tasks"), 0.5, 0.9);
    }
  }

  @Nested
  class OfSwapStorm extends OfOneMetric {
    OfSwapStorm() {
      super(new SwapStorm.Provider(), KernelSampler.SWAP_TRAFFIC, 10, 50_000);
    }

    @Override
    protected HostState sick() {
      return HostStates.now()
          .sample(KernelSampler.SWAP_TRAFFIC, 50_000)
          .sample(Metric.of(Metric.PRESSURE_SOME, "memory"), 0.5)
          .build();
    }
  }

  /** Of what is counted: sick where the count grew a moment ago. */
  private abstract static class OfGrowth extends DetectorContract {
    private final DetectorProvider provider;
    private final Metric count;

    OfGrowth(DetectorProvider provider, Metric count) {
      this.provider = provider;
      this.count = count;
    }

    @Override
    protected Detector detector() {
      return provider.create(new TestHost());
    }

    @Override
    protected HostState healthy() {
      return state(7, 7);
    }

    @Override
    protected HostState sick() {
      return state(2, 7);
    }

    private HostState state(double before, double after) {
      return HostStates.now()
          .recent(count, Duration.ofSeconds(30), before, after)
          .sample(Metric.of(FileSystemFaults.GIVEN_UP, "/data"), 0)
          .build();
    }
  }

  @Nested
  class OfServiceFlapping extends OfGrowth {
    OfServiceFlapping() {
      super(new ServiceFlapping.Provider(), Metric.of(ServiceRestarts.RESTARTS, "nginx.service"));
    }
  }

  @Nested
  class OfServicePressure extends DetectorContract {
    @Override
    protected Detector detector() {
      return new ServicePressure.Provider().create(new TestHost());
    }

    @Override
    protected HostState healthy() {
      return stalled(0.2);
    }

    @Override
    protected HostState sick() {
      return stalled(0.9);
    }

    private HostState stalled(double fraction) {
      return HostStates.now()
          .sample(ServiceStalls.stalled("io", "nginx.service"), fraction)
          .sample(ServiceStalls.stalledLong("io", "nginx.service"), fraction)
          .build();
    }
  }

  @Nested
  class OfOwnLevel extends DetectorContract {
    @Override
    protected Detector detector() {
      return OwnLevelTest.detector(Map.of("metric", "filesystem.used.fraction{*}", "above", "60%"));
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().disk("/var", 0.5).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.now().disk("/var", 0.7).build();
    }
  }

  @Nested
  class OfOutOfMemory extends OfGrowth {
    OfOutOfMemory() {
      super(new OutOfMemory.Provider(), KernelSampler.OOM_KILLS);
    }
  }

  @Nested
  class OfFilesystemFault extends OfGrowth {
    OfFilesystemFault() {
      super(new FilesystemFault.Provider(), Metric.of(FileSystemFaults.ERRORS, "/data"));
    }
  }

  @Nested
  class OfLinkDown extends DetectorContract {
    @Override
    protected Detector detector() {
      return new LinkDown.Provider().create(new TestHost());
    }

    @Override
    protected HostState healthy() {
      return link(1);
    }

    @Override
    protected HostState sick() {
      return link(0);
    }

    private HostState link(double up) {
      Instant now = VirtualTime.START;
      return HostStates.at(now)
          .sample(Metric.of(LinkSampler.UP, "eth0"), up, now.minusSeconds(60))
          .build();
    }
  }

  @Nested
  class OfClockUnsynchronised extends OfOneMetric {
    OfClockUnsynchronised() {
      super(
          new ClockUnsynchronised.Provider(),
          Metric.of(ClockSampler.SYNCHRONISED, "chronyd.service"),
          1,
          0);
    }

    @Override
    protected Detector detector() {
      Configuration atOnce = Configuration.of(Map.of("after", "0s"));
      return new ClockUnsynchronised.Provider().create(new TestHost().withConfiguration(atOnce));
    }
  }

  @Nested
  class OfJournalLosing extends OfOneMetric {
    OfJournalLosing() {
      super(
          new JournalLosing.Provider(),
          Metric.of(JournalSampler.LOST, "nginx.service"),
          10,
          40_000);
    }
  }

  @Nested
  class OfLinkErrors extends OfOneMetric {
    OfLinkErrors() {
      super(new LinkErrors.Provider(), Metric.of(LinkCounts.LOST, "eth0"), 0.001, 0.1);
    }
  }

  @Nested
  class OfDiskSlow extends OfOneMetric {
    OfDiskSlow() {
      super(new DiskSlow.Provider(), Metric.of(DiskSampler.WAIT, "sda"), 0.01, 9);
    }
  }

  @Nested
  class OfDiskErrors extends OfOneMetric {
    OfDiskErrors() {
      super(new DiskErrors.Provider(), Metric.of(DiskErrorLog.ERRORS, "sda"), 0, 9);
    }
  }

  @Nested
  class OfTooHot extends OfOneMetric {
    OfTooHot() {
      super(new TooHot.Provider(), Metric.of(HeatSampler.CRITICAL, "nvme0/Composite"), 0.5, 1);
    }
  }

  @Nested
  class OfServiceFailed extends DetectorContract {
    @Override
    protected Detector detector() {
      return new ServiceFailed.Provider().create(new TestHost());
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().service("nginx.service", false).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.now().service("nginx.service", true).build();
    }
  }

  @Nested
  class OfGenerationBroken extends DetectorContract {
    @TempDir Path root;
    private Instant afterTheSwitch = Instant.EPOCH;

    @BeforeEach
    void twoGenerations() throws IOException {
      Path profiles = Files.createDirectories(root.resolve("nix/var/nix/profiles"));
      Files.createSymbolicLink(profiles.resolve("system-1-link"), Path.of("/nix/store/a"));
      Files.createSymbolicLink(profiles.resolve("system-2-link"), Path.of("/nix/store/b"));
      Files.createSymbolicLink(profiles.resolve("system"), Path.of("system-2-link"));
      afterTheSwitch =
          SystemProfile.read(new TestHost(root).files()).orElseThrow().switchedAt().plusSeconds(20);
    }

    @Override
    protected Detector detector() {
      return new GenerationBroken.Provider().create(new TestHost(root));
    }

    @Override
    protected HostState healthy() {
      return HostStates.at(afterTheSwitch).service("nginx.service", false).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.at(afterTheSwitch).service("nginx.service", true).build();
    }
  }

  @Nested
  class OfGenerationUnmarked extends DetectorContract {
    @TempDir Path root;

    @BeforeEach
    void oneGeneration() throws IOException {
      Path profiles = Files.createDirectories(root.resolve("nix/var/nix/profiles"));
      Files.createDirectories(root.resolve("run"));
      Files.createSymbolicLink(profiles.resolve("system-1-link"), Path.of("/nix/store/a"));
      Files.createSymbolicLink(profiles.resolve("system"), Path.of("system-1-link"));
      Files.createSymbolicLink(root.resolve("run/current-system"), Path.of("/nix/store/a"));
    }

    @Override
    protected Detector detector() {
      return new GenerationUnmarked.Provider()
          .create(
              new TestHost(root).withConfiguration(Configuration.of(Map.of("good-after", "0s"))));
    }

    /** Of which it is not known how well it is. */
    @Override
    protected HostState healthy() {
      return HostStates.now().build();
    }

    /** For so long that it is worth a mark. */
    @Override
    protected HostState sick() {
      return HostStates.now().health(90).build();
    }
  }
}
