/** The healing actions, for systemd hosts and NixOS. */
@org.jspecify.annotations.NullMarked
module dev.healing.actions.nixos {
  requires dev.healing.api;

  provides dev.healing.spi.ActionProvider with
      dev.healing.actions.nixos.services.RestartService.Provider,
      dev.healing.actions.nixos.services.RepairService.Provider,
      dev.healing.actions.nixos.processes.KillProcess.Provider,
      dev.healing.actions.nixos.processes.EndMemoryHog.Provider,
      dev.healing.actions.nixos.files.CleanDisk.Provider,
      dev.healing.actions.nixos.files.ClearCache.Provider,
      dev.healing.actions.nixos.memory.FreeMemory.Provider,
      dev.healing.actions.nixos.nix.GarbageCollect.Provider,
      dev.healing.actions.nixos.nix.OptimizeStore.Provider,
      dev.healing.actions.nixos.nix.ThinGenerations.Provider,
      dev.healing.actions.nixos.nix.RollbackGeneration.Provider,
      dev.healing.actions.nixos.throttle.ThrottleService.Provider,
      dev.healing.actions.nixos.throttle.LiftThrottle.Provider,
      dev.healing.actions.nixos.network.TuneNetwork.Provider,
      dev.healing.actions.nixos.nix.MarkGenerationGood.Provider;
  provides dev.healing.spi.DetectorProvider with
      dev.healing.actions.nixos.throttle.ThrottledCalm.Provider;
  provides dev.healing.spi.DetectorKind with
      dev.healing.actions.nixos.services.OwnProbe.Kind;
}
