package dev.healing.core;

import java.util.Optional;

/**
 * A plugin as the engine knows it.
 *
 * @param kind detector, action, guard, planner, knowledge, trigger, listener, sampler, optimizer
 * @param name its name; for a provider that could not even be made, what is known of it
 * @param origin its class and where it came from
 * @param state in words: "on", "off", "not applicable here: no Nix store", "D-Bus signals"
 * @param problem why it is not used although it should be
 */
public record PluginInfo(
    String kind, String name, String origin, String state, Optional<String> problem) {}
