/**
 * Memory is given back, the mildest first ({@code Relief}): {@code Reclaim} swaps out what is not
 * used, {@code LeakRestart} finds and restarts who leaks, {@code SwapCycle} empties swap where
 * there is room again.
 */
package dev.healing.actions.nixos.memory;
