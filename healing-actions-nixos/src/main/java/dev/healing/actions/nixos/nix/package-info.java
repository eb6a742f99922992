/**
 * The Nix store and the generations of the system. {@code NixStore} is the only way to both, and is
 * left alone while {@code NixAtWork} says so. The store is collected and optimised, and how fast
 * that goes is {@code Learned}; {@code Generations} are thinned by the rule of {@code Thinning},
 * marked as good, and left for an earlier one, which systemd does for us ({@code RollbackUnits} run
 * {@code RollbackScripts}, seen by {@code RollbackWatch}) and undoes if it does not hold.
 */
package dev.healing.actions.nixos.nix;
