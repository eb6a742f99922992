/**
 * The healing actions, for systemd hosts and NixOS.
 *
 * <p>Each action is one class with its provider nested in it. {@code prepare} works out exactly
 * what would be done and keeps the facts that this rests on (invocation, inode, generation, boot);
 * {@code execute} looks at the facts again and refuses when the world has changed. What an action
 * gained is measured before and after, never assumed: an action that gave nothing back says so. The
 * detectors here share something with an action: {@link dev.healing.actions.nixos.ThrottledCalm}
 * the file of throttles, {@link dev.healing.actions.nixos.OwnProbe} the probes of services.
 *
 * <p>Files of others are only ever deleted by {@link dev.healing.actions.nixos.SafeTree}, relative
 * to an open directory and without following any link; by {@link
 * dev.healing.actions.nixos.RuntimeState}, what a failed service itself declares under {@code
 * /run}; and by journalctl, its own archives.
 */
package dev.healing.actions.nixos;
