/**
 * Services are restarted. {@code Restartable} says whether one may be, {@link
 * dev.healing.actions.nixos.services.RestartPlan} what that takes with it ({@code PulledIn}: and
 * starts; {@code StartConditions}: and would not start again; {@code TakenDown}: what its failure
 * has taken down), {@link dev.healing.actions.nixos.services.ServiceRestart} does it and watches;
 * every action that restarts goes this way, with the keys of {@code restart_service}. {@code Probe}
 * tells whether a service does its work, after a restart and for {@link
 * dev.healing.actions.nixos.services.OwnProbe}. {@link
 * dev.healing.actions.nixos.services.RepairService} removes first, by {@code RuntimeState}, what
 * keeps it from starting.
 */
package dev.healing.actions.nixos.services;
