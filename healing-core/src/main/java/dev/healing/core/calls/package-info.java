/**
 * How plugins are called: never on the engine's thread, each with a deadline, so that one that
 * throws or hangs costs its own word only, and is named. What they answer comes back through the
 * {@link dev.healing.core.calls.Inbox}. {@link dev.healing.core.calls.PluginCalls} asks many in a
 * round, {@link dev.healing.core.calls.Inquiries} one while somebody waits; the others know for
 * each kind of plugin what it is asked: {@code Counsel} about a plan, {@code Preparations} and
 * {@code ActionRunner} of actions, {@code Learning}, {@code Announcer}, {@code Triggers} and {@code
 * Improvement}. Samplers and detectors are asked in {@code watch}. Needs {@code plugins}, and of
 * {@code guard} how long what may pass by itself is left alone.
 */
package dev.healing.core.calls;
