/**
 * Services are held back and let go again. {@code ServiceUse} says which stands out, a {@code
 * Restraint} by which limit it is held and whether that had an effect, {@code Throttles} remembers
 * it on disk, and {@link dev.healing.actions.nixos.throttle.ThrottledCalm} says when it is no
 * longer needed.
 */
package dev.healing.actions.nixos.throttle;
