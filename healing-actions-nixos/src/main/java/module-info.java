/** The eight healing actions, for systemd hosts and NixOS. */
@org.jspecify.annotations.NullMarked
module dev.healing.actions.nixos {
  requires dev.healing.api;
}
