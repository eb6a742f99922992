/**
 * Traces: {@link dev.healing.core.replay.Recording} writes what samplers find, and the rest stands
 * in for a host and its plugins when a trace is replayed, so that the engine above runs unchanged
 * ({@code dev.healing.core.Replay}). Needs {@code watch}, {@code calls}, {@code plugins} and {@code
 * guard}; how a trace is written is in {@code dev.healing.core.trace}.
 */
package dev.healing.core.replay;
