/**
 * Traces: what looks at a host have found, in a file that can be carried to another host. {@link
 * dev.healing.core.HealingEngine#record} writes one. The format is in {@code docs/trace.md}.
 */
package dev.healing.core.trace;
