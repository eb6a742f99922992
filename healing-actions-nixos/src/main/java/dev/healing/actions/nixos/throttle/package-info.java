/**
 * Services are held back and let go again. {@code ServiceUse} says what each uses, {@code Choice}
 * which stands out, a {@code Restraint} by which limit it is held and whether that had an effect,
 * {@code Throttles} remembers it on disk, {@link dev.healing.actions.nixos.throttle.ThrottledCalm}
 * says when it is no longer needed, and {@code LastResort} has it end if nobody heeds that.
 */
package dev.healing.actions.nixos.throttle;
