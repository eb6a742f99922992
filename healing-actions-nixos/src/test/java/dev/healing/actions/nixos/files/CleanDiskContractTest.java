package dev.healing.actions.nixos.files;

class CleanDiskContractTest extends OldFilesContract {
  CleanDiskContractTest() {
    super(new CleanDisk.Provider());
  }
}
