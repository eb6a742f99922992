/** The eight healing actions, for systemd hosts and NixOS. */
package dev.healing.actions.nixos;
