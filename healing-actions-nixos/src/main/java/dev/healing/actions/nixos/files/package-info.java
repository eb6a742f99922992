/**
 * Old files are deleted. {@link dev.healing.actions.nixos.files.CleanDisk} and {@link
 * dev.healing.actions.nixos.files.ClearCache} say where, {@code Sweep} works out which and promises
 * them, {@code Sweeping} deletes those and no other; both are led by {@code SafeTree}, which nobody
 * leads out of a root. What large files really take {@code Holes} asks. What must stay is told by
 * {@code Roots}, {@code Housekeepers}, {@code Mounts} and {@link
 * dev.healing.actions.nixos.files.OpenFiles}; whether ages can be believed, by {@code WallClock}.
 */
package dev.healing.actions.nixos.files;
