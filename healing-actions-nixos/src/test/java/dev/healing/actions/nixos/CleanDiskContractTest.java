package dev.healing.actions.nixos;

class CleanDiskContractTest extends OldFilesContract {
  CleanDiskContractTest() {
    super(new CleanDisk.Provider());
  }
}
