/** Kernel settings of the network are raised, of which the kernel's counters say that they bind. */
package dev.healing.actions.nixos.network;
