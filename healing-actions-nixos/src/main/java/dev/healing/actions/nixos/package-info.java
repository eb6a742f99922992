/**
 * The healing actions, for systemd hosts and NixOS, in rooms by what they touch; here is what the
 * rooms share.
 *
 * <ul>
 *   <li>{@code files}: {@code clean_disk} and {@code clear_cache}; how files of others are deleted
 *   <li>{@code services}: {@code restart_service} and {@code repair_service}; the plan of a
 *       restart, and the probes. Needs {@code files}, for what a failed service left under {@code
 *       /run}
 *   <li>{@code processes}: {@code kill_process} and {@code end_memory_hog}; what processes use.
 *       Needs {@code services}: whose main process would be ended is restarted
 *   <li>{@code throttle}: {@code throttle_service} and {@code lift_throttle}. Needs {@code
 *       processes}, for what they use
 *   <li>{@code memory}: {@code free_memory}. Needs {@code services}: what leaks is restarted
 *   <li>{@code nix}: {@code garbage_collect}, {@code optimize_store}, {@code thin_generations},
 *       {@code rollback_generation} and {@code mark_generation_good}
 *   <li>{@code network}: {@code tune_network}
 * </ul>
 *
 * <p>Each action is one class with its provider nested in it. {@code prepare} works out exactly
 * what would be done and keeps the facts that this rests on (invocation, inode, generation, boot);
 * {@code execute} looks at the facts again and refuses when the world has changed. What an action
 * gained is measured before and after, never assumed: an action that gave nothing back says so. The
 * detectors here share something with an action, and live beside it: {@link
 * dev.healing.actions.nixos.throttle.ThrottledCalm} the file of throttles, {@link
 * dev.healing.actions.nixos.services.OwnProbe} the probes of services.
 *
 * <p>Files of others are only ever deleted by {@code SafeTree} in {@code files}, relative to an
 * open directory and without following any link; by {@code RuntimeState} in {@code services}, what
 * a failed service itself declares under {@code /run}; and by journalctl, its own archives.
 */
package dev.healing.actions.nixos;
