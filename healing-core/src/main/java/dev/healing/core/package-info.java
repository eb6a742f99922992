/**
 * The engine. {@link dev.healing.core.HealingEngine} is where an embedder enters (assembled by
 * {@link dev.healing.core.EngineBuilder}), {@code HealingLoop} is where a reader should: it is the
 * whole story, top to bottom. Here is what others use, and the loop with all that owns incidents:
 * {@code Lookout} says when to look, {@code Sightings} and {@code Triage} what a look means for
 * them, {@code Deliberation} decides with the {@code Assessment} that a dry run decides with as
 * well, {@code Confirmations} asks people, {@code Treatment} does it, and {@code Chronicle} writes,
 * learns and tells.
 *
 * <p>What that is made of is in rooms, which know nothing of the loop. Each needs only rooms that
 * come before it, and its own package-info says which:
 *
 * <ul>
 *   <li>{@code host}: the real host; {@code history}: what was measured, over a year; {@code
 *       trace}: how a trace is written
 *   <li>{@code journal}: what is durable before and after an action
 *   <li>{@code guard}: when something may be done
 *   <li>{@code plugins}: how plugins are found and made
 *   <li>{@code calls}: how plugins are called
 *   <li>{@code watch}: how the host is looked at
 *   <li>{@code replay}: how a trace is recorded, and what stands in for a host
 * </ul>
 */
package dev.healing.core;
