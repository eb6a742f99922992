package dev.healing.core;

import dev.healing.core.calls.Triggers;
import dev.healing.core.plugins.Found;
import dev.healing.core.plugins.Plugins;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    String kind, String name, String origin, String state, Optional<String> problem) {
  /**
   * All that were found.
   *
   * @param deaf what is wrong with listeners, by {@code listener:name}
   */
  static List<PluginInfo> of(Plugins plugins, Triggers triggers, Map<String, String> deaf) {
    List<PluginInfo> infos = new ArrayList<>();
    for (Found one : plugins.found()) {
      Optional<String> how =
          switch (one.kind()) {
            case "action" -> plugins.unusable(one.name());
            case "trigger" -> triggers.how(one.name());
            case "listener" -> Optional.ofNullable(deaf.get("listener:" + one.name()));
            default -> Optional.empty();
          };
      String state = how.orElse(one.state().name().toLowerCase(Locale.ROOT));
      infos.add(new PluginInfo(one.kind(), one.name(), one.origin(), state, one.problem()));
    }
    return infos;
  }
}
