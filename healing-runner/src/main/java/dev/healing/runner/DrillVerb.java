package dev.healing.runner;

import dev.healing.api.HostException;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.drill.ChildDrill;
import dev.healing.runner.drill.Drill;
import dev.healing.runner.drill.Timings;
import dev.healing.runner.drill.UnitDrill;
import dev.healing.runner.text.Lines;
import dev.healing.runner.text.Views;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** {@code drill}: what a newcomer sees first. */
final class DrillVerb implements Verb {
  @Override
  public String name() {
    return "drill";
  }

  @Override
  public String summary() {
    return "Break a sacrificial service and heal it for real; prints the times.";
  }

  @Override
  public int run(Invocation invocation) {
    // A state directory of its own: a drill neither uses up the limits nor teaches the host's
    // knowledge base anything, and runs beside a daemon.
    Path state = temporaryDirectory();
    try (LinuxHost host = LinuxHost.open(state)) {
      Drill drill = UnitDrill.possible(host) ? new UnitDrill(host) : new ChildDrill(host);
      for (String signal : List.of("INT", "TERM", "HUP")) {
        Signals.handle(signal, drill::end); // it leaves no sacrifice behind
      }
      Timings timings =
          drill.run(
              step -> {
                if (!invocation.json()) {
                  Lines.wrap(step, step.startsWith(" ") ? 2 : 0).forEach(invocation.out()::println);
                }
              });
      return invocation.show(
          Answer.of(timings.healed() ? Exit.DONE : Exit.FAILED, timings.json()), Views::drill);
    } finally {
      remove(state);
    }
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("healing-drill-");
    } catch (IOException e) {
      throw new HostException(
          "drill: no room for its state in the temporary directory: " + HostException.reason(e), e);
    }
  }

  private static void remove(Path directory) {
    try (Stream<Path> below = Files.walk(directory)) {
      List<Path> deepestFirst = below.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new HostException(
          "drill: " + directory + " could not be removed: " + HostException.reason(e), e);
    }
  }
}
