/**
 * Detectors for an application that embeds the engine, about the virtual machine that both live in:
 * the heap that is still in use after a collection, the time that collecting takes, threads that
 * wait for each other for ever, and pools with nobody left to take what waits.
 *
 * <p>None of them is found by a service loader: what watches a host has no interest in its own
 * virtual machine. Whoever wants one adds it to the engine's builder, beside an action of its own
 * that treats what it reports: nobody but the application knows what of it may be dropped. All are
 * set with the same keys as the other detectors, in their section of {@code detectors}.
 */
package dev.healing.detect.embedded;
