package dev.healing.actions.nixos.files;

class ClearCacheContractTest extends OldFilesContract {
  ClearCacheContractTest() {
    super(new ClearCache.Provider());
  }
}
