/**
 * The engine. {@link dev.healing.core.HealingEngine} is where an embedder enters, {@code
 * HealingLoop} is where a reader should: it is the whole story, top to bottom.
 */
package dev.healing.core;
