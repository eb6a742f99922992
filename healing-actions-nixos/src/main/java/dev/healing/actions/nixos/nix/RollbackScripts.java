package dev.healing.actions.nixos.nix;

import dev.healing.spi.HostContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the two units of a rollback run: one script switches and watches, the other undoes that.
 * They lie in the state directory, and not in the units, because systemd 252 garbles a {@code $} in
 * a unit of its own making when units are reloaded, as every switch does. Both write down what they
 * do.
 */
final class RollbackScripts {
  /** What they need. */
  static final List<String> PROGRAMS = List.of("nix-env", "systemctl", "sleep");

  private static final String LOG = "rollbacks.log";
  private static final String DO_SCRIPT = "rollback.sh";
  private static final String UNDO_SCRIPT = "rollback-undo.sh";

  private final HostContext host;

  RollbackScripts(HostContext host) {
    this.host = host;
  }

  /** Puts both where the units find them. */
  void write() {
    host.state().writePlain("rollbacks." + DO_SCRIPT, script(DO_SCRIPT));
    host.state().writePlain("rollbacks." + UNDO_SCRIPT, script(UNDO_SCRIPT));
  }

  /** The command that switches, and watches until the host is better or it is given up. */
  List<String> work(Rollback rollback, Duration betterFor, Duration betterWithin) {
    List<String> line = command(DO_SCRIPT, rollback, "nix-env", "systemctl", "sleep");
    line.add(RollbackUnits.UNDO);
    line.add(Long.toString(betterFor.toSeconds()));
    line.add(Long.toString(betterWithin.toSeconds()));
    line.addAll(rollback.blamed());
    return line;
  }

  /** The command that undoes it. */
  List<String> undo(Rollback rollback) {
    List<String> line = command(UNDO_SCRIPT, rollback, "nix-env", "systemctl");
    line.addAll(List.of(RollbackUnits.NAME, RollbackUnits.TIMER));
    return line;
  }

  private List<String> command(String script, Rollback rollback, String... programs) {
    Path state = Path.of(host.state().location());
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", state.resolve("rollbacks." + script).toString()));
    for (String program : programs) {
      line.add(host.commands().which(program).map(Path::toString).orElse(program));
    }
    line.addAll(List.of(NixStore.PROFILE, NixStore.RUNNING, state.resolve(LOG).toString()));
    line.addAll(List.of(Integer.toString(rollback.from()), rollback.left()));
    line.addAll(List.of(Integer.toString(rollback.to()), rollback.system()));
    return line;
  }

  /** The words of both scripts about a rollback, oldest first. */
  static List<String> said(HostContext host, int from, int to) {
    String about = from + " to " + to + ": ";
    return host.state()
        .readPlain(LOG)
        .orElse("")
        .lines()
        .filter(line -> line.startsWith(about))
        .map(line -> line.substring(about.length()))
        .toList();
  }

  static String script(String name) {
    try (InputStream in = RollbackScripts.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(in, name + " is not in the jar").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read from the jar", e);
    }
  }
}
