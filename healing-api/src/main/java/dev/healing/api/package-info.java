/**
 * The words of the system, as values.
 *
 * <p>A {@link dev.healing.api.Sample} is measured; a detector turns the {@link
 * dev.healing.api.HostState} into {@link dev.healing.api.Issue issues}; the engine keeps an {@link
 * dev.healing.api.Incident} for each problem, makes a {@link dev.healing.api.HealingPlan}, asks the
 * guards for a {@link dev.healing.api.Verdict}, carries the plan out and writes a {@link
 * dev.healing.api.Receipt} with the {@link dev.healing.api.Outcome}.
 *
 * <p>All types are immutable and safe to share between threads unless they say otherwise. A value
 * that could not be read is absent: never 0, never -1, never null.
 */
package dev.healing.api;
