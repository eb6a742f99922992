package dev.healing.actions.nixos.services;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which services declare what under {@code /run}: their {@code PIDFile=} and {@code
 * RuntimeDirectory=}. Of services that systemd has loaded; of others nothing is up.
 *
 * @param paths by path: a service that declares it
 */
record RuntimeClaims(Map<String, String> paths) {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String RUN = "/run/";

  /**
   * What all services but this one declare.
   *
   * @throws HostException if systemd does not say
   */
  static RuntimeClaims ofOthersThan(String unit, HostContext host) {
    Command command =
        Command.of(LIMIT, "systemctl", "show", "--property=Id,PIDFile,RuntimeDirectory")
            .operands(List.of("*.service"));
    Result result = host.commands().run(command);
    if (!result.ok() || result.truncated()) {
      throw new HostException(
          "systemd does not say which services share what "
              + unit
              + " has under /run: "
              + (result.truncated() ? "its answer was too long" : result.complaint()));
    }
    Map<String, String> paths = new TreeMap<>();
    for (String service : result.stdout().split("\n\n")) {
      Map<String, String> declared = new TreeMap<>();
      service
          .lines()
          .map(line -> line.split("=", 2))
          .filter(pair -> pair.length == 2)
          .forEach(pair -> declared.put(pair[0], pair[1]));
      String name = declared.getOrDefault("Id", unit);
      if (!name.equals(unit)) {
        paths.put(declared.getOrDefault("PIDFile", ""), name);
        for (String directory : declared.getOrDefault("RuntimeDirectory", "").split(" ")) {
          paths.put(RUN + directory, name);
        }
      }
    }
    return new RuntimeClaims(paths);
  }

  /** Who declares this file too. */
  Optional<String> file(String path) {
    return Optional.ofNullable(paths.get(path));
  }

  /** Who declares this directory too, or something in it. */
  Optional<String> directory(String path) {
    return paths.entrySet().stream()
        .filter(claim -> (claim.getKey() + "/").startsWith(path + "/"))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
