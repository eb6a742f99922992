/**
 * Processes are ended. {@link dev.healing.actions.nixos.processes.ProcessUse} measures, {@code
 * Victim} and {@code MemoryHog} say who stands out, {@code Spared} who must not be ended, {@code
 * HeldHog} ends them, and {@code Belonging} what one is part of: whoever stands for a service is
 * restarted as that.
 */
package dev.healing.actions.nixos.processes;
