package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.services.RestartKeys;
import dev.healing.actions.nixos.services.RestartPlan;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which service leaks, and may be restarted for it. Keys: {@code leak-window} (how long it must
 * have grown, default 10m), {@code leak-growth} (by how much of all memory, default 5%), {@code
 * avoid} (globs on the unit; by default those in which Nix builds), and those of {@code
 * restart_service}.
 *
 * @param slow those that take longer than the window to show
 * @param keys for the restart
 */
record LeakRestart(
    HostContext host,
    Duration window,
    double growth,
    SlowLeaks slow,
    Globs avoid,
    RestartKeys keys) {
  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final double LEAST_BYTES = 16 << 20;

  static LeakRestart read(HostContext host) {
    var section = host.configuration();
    Duration window = section.duration("leak-window", Duration.ofMinutes(10));
    if (window.compareTo(SHORTEST) < 0) {
      section.contradiction("leak-window", "at least 5s");
    }
    return new LeakRestart(
        host,
        window,
        section.fraction("leak-growth", 0.05),
        new SlowLeaks(host, window),
        Globs.of(section.globs("avoid", Checks.NIX_BUILDERS)),
        RestartKeys.of(host));
  }

  /**
   * The service that leaks fastest of those that may be restarted.
   *
   * @throws RefusedException if there is none; it tells which would be, and why it is not
   */
  Leak find(HostState state, MemAvailable memory) {
    double least = Math.max(LEAST_BYTES, growth * memory.totalBytes());
    Map<String, String> objections = new LinkedHashMap<>();
    Optional<Leak> found =
        first(Leak.all(state, window, least), state, memory, objections)
            .or(() -> first(slow.all(state, least), state, memory, objections));
    if (found.isPresent()) {
      return found.orElseThrow();
    }
    throw new RefusedException(
        objections.values().stream()
            .findFirst()
            .orElse(
                "no service was seen to grow by "
                    + Checks.size(least)
                    + " or more over "
                    + window.toSeconds()
                    + " s, or some hours, all the time"));
  }

  private Optional<Leak> first(
      List<Leak> leaks, HostState state, MemAvailable memory, Map<String, String> objections) {
    for (Leak leak : leaks) {
      try {
        plan(leak, memory);
        requireLongRunning(leak, state.at());
        return Optional.of(leak);
      } catch (RefusedException e) {
        String why = leak.unit() + " " + leak.inWords(memory.availableBytes());
        objections.putIfAbsent(leak.unit(), why + "; but " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Its restart at this moment. */
  RestartPlan plan(Leak leak, MemAvailable memory) {
    String unit = leak.unit();
    Checks.require(!avoid.test(unit), unit + " is named in avoid");
    return RestartPlan.of(
        host, keys, unit, Optional.of("leaks: it " + leak.inWords(memory.availableBytes())));
  }

  /** What is meant to end would begin anew; who was just started fills up. */
  private void requireLongRunning(Leak leak, Instant now) {
    String name = leak.unit();
    UnitState unit = Checks.unit(host, name);
    Map<String, String> properties =
        host.systemd().properties(name, Set.of("Transient", "TriggeredBy"));
    boolean job =
        unit.type().equals("oneshot")
            || properties.getOrDefault("Transient", "no").equals("yes")
            || properties.getOrDefault("TriggeredBy", "").contains(".timer");
    Checks.require(
        !job, name + " is a job, started by hand or a timer or to run once: it ends by itself");
    Checks.require(
        unit.changedAt().filter(at -> !at.isAfter(now.minus(leak.over()))).isPresent(),
        name + " was started or reloaded while it was watched");
  }
}
