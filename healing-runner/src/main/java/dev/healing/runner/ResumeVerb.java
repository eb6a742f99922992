package dev.healing.runner;

import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;

/** {@code resume}. */
final class ResumeVerb implements Verb {
  @Override
  public String name() {
    return "resume";
  }

  @Override
  public String summary() {
    return "Ends a pause.";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public int run(Invocation invocation) {
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory())) {
      OffSwitch offSwitch = new OffSwitch(host.state(), host.time());
      boolean was = offSwitch.paused().isPresent();
      offSwitch.resume();
      invocation.out().println(was ? "Resumed." : "It was not paused.");
    }
    return Exit.DONE;
  }
}
