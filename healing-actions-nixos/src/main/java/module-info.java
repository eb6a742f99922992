/** The healing actions, for systemd hosts and NixOS. */
@org.jspecify.annotations.NullMarked
module dev.healing.actions.nixos {
  requires dev.healing.api;

  provides dev.healing.spi.ActionProvider with
      dev.healing.actions.nixos.RestartService.Provider,
      dev.healing.actions.nixos.RepairService.Provider,
      dev.healing.actions.nixos.KillProcess.Provider,
      dev.healing.actions.nixos.EndMemoryHog.Provider,
      dev.healing.actions.nixos.CleanDisk.Provider,
      dev.healing.actions.nixos.ClearCache.Provider,
      dev.healing.actions.nixos.FreeMemory.Provider,
      dev.healing.actions.nixos.GarbageCollect.Provider,
      dev.healing.actions.nixos.OptimizeStore.Provider,
      dev.healing.actions.nixos.ThinGenerations.Provider,
      dev.healing.actions.nixos.RollbackGeneration.Provider,
      dev.healing.actions.nixos.ThrottleService.Provider,
      dev.healing.actions.nixos.LiftThrottle.Provider,
      dev.healing.actions.nixos.TuneNetwork.Provider,
      dev.healing.actions.nixos.MarkGenerationGood.Provider;
  provides dev.healing.spi.DetectorProvider with
      dev.healing.actions.nixos.ThrottledCalm.Provider;
  provides dev.healing.spi.DetectorKind with
      dev.healing.actions.nixos.OwnProbe.Kind;
}
