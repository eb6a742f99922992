/** Samples the host; the built-in detectors and triggers. */
@org.jspecify.annotations.NullMarked
module dev.healing.detect {
  requires dev.healing.api;
  requires com.github.oshi.common;
  requires java.management;

  exports dev.healing.detect.embedded;

  provides dev.healing.spi.SamplerProvider with
      dev.healing.detect.HostSampler.Provider,
      dev.healing.detect.ServiceMemory.Provider,
      dev.healing.detect.ServiceRestarts.Provider,
      dev.healing.detect.ServiceStalls.Provider,
      dev.healing.detect.KernelSampler.Provider,
      dev.healing.detect.LinkSampler.Provider,
      dev.healing.detect.HeatSampler.Provider,
      dev.healing.detect.DiskSampler.Provider,
      dev.healing.detect.JournalSampler.Provider,
      dev.healing.detect.ClockSampler.Provider;
  provides dev.healing.spi.DetectorProvider with
      dev.healing.detect.MemoryHigh.Provider,
      dev.healing.detect.MemoryExhausting.Provider,
      dev.healing.detect.DiskFull.Provider,
      dev.healing.detect.CpuHigh.Provider,
      dev.healing.detect.ServiceFailed.Provider,
      dev.healing.detect.ServiceFlapping.Provider,
      dev.healing.detect.ServicePressure.Provider,
      dev.healing.detect.OutOfMemory.Provider,
      dev.healing.detect.SwapStorm.Provider,
      dev.healing.detect.LimitNear.Provider,
      dev.healing.detect.FilesystemFault.Provider,
      dev.healing.detect.LinkDown.Provider,
      dev.healing.detect.ClockUnsynchronised.Provider,
      dev.healing.detect.JobStuck.Provider,
      dev.healing.detect.TimerDead.Provider,
      dev.healing.detect.JournalLosing.Provider,
      dev.healing.detect.ProfileDangling.Provider,
      dev.healing.detect.GenerationStale.Provider,
      dev.healing.detect.LinkErrors.Provider,
      dev.healing.detect.DiskSlow.Provider,
      dev.healing.detect.ArrayDegraded.Provider,
      dev.healing.detect.DiskErrors.Provider,
      dev.healing.detect.TooHot.Provider,
      dev.healing.detect.SystemSlow.Provider,
      dev.healing.detect.GenerationBroken.Provider,
      dev.healing.detect.GenerationUnmarked.Provider;
  provides dev.healing.spi.DetectorKind with
      dev.healing.detect.OwnLevel.Kind;
  provides dev.healing.spi.TriggerProvider with
      dev.healing.detect.SystemdTrigger.Provider,
      dev.healing.detect.MemoryTrigger.Provider;
}
