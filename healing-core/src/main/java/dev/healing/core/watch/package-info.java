/**
 * Looking at the host: all samplers are asked, the host state is made of what they measured and of
 * what came before, and all detectors are shown it. What a look found is an {@link
 * dev.healing.core.watch.Observation}; what that means for incidents is decided above. Needs {@code
 * calls} and {@code plugins}.
 */
package dev.healing.core.watch;
