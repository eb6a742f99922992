package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.text.LiveView.Screen;
import dev.healing.runner.text.Style;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The screen that something is drawn on for long: as the launcher tells, until it is resized. */
final class Terminal {
  private static final Command SIZE =
      Command.of(Duration.ofSeconds(2), "stty", "-F", "/dev/tty", "size");

  private final Map<String, String> environment;
  private volatile Screen screen;

  Terminal(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    screen = of(environment);
  }

  /** Asks for its size whenever it is resized, which costs nothing until then. */
  static Terminal followed(Map<String, String> environment, Path stateDirectory) {
    Terminal terminal = new Terminal(environment);
    Signals.handle(
        "WINCH",
        () -> {
          try (LinuxHost host = LinuxHost.observe(stateDirectory)) {
            Result size = host.commands().run(SIZE);
            if (size.ok()) {
              terminal.resized(size.stdout().strip());
            }
          } catch (HealingException e) {
            // It is drawn as before.
          }
        });
    return terminal;
  }

  /** As {@code stty size} says it: rows and columns. */
  void resized(String size) {
    Map<String, String> now = new HashMap<>(environment);
    int between = size.indexOf(' ');
    now.put("LINES", size.substring(0, Math.max(0, between)));
    now.put("COLUMNS", size.substring(between + 1));
    screen = of(now);
  }

  Screen screen() {
    return screen;
  }

  private static Screen of(Map<String, String> environment) {
    String lines = environment.getOrDefault("LINES", "");
    int rows = lines.matches("[1-9][0-9]{1,2}") ? Integer.parseInt(lines) : 24;
    return new Screen(Style.of(true, environment), rows);
  }
}
