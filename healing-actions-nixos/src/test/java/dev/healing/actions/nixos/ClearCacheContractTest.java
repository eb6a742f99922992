package dev.healing.actions.nixos;

class ClearCacheContractTest extends OldFilesContract {
  ClearCacheContractTest() {
    super(new ClearCache.Provider());
  }
}
