package dev.healing.runner;

import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Views;
import java.util.Optional;

/** {@code status}. */
final class StatusVerb implements Verb {
  @Override
  public String name() {
    return "status";
  }

  @Override
  public String summary() {
    return "How the host and the daemon are.";
  }

  @Override
  public int run(Invocation invocation) {
    return invocation.show(
        invocation.ask(invocation.request(name())).orElseGet(() -> ownLook(invocation)),
        Views::status);
  }

  private static Answer ownLook(Invocation invocation) {
    Optional<String> paused;
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory())) {
      paused = new OffSwitch(host.state(), host.time()).paused();
    }
    return Answer.of(invocation.looking(engine -> Looks.status(engine.look(), paused)));
  }
}
