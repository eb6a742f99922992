package dev.healing.runner;

import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The off switch of one state directory. It is a file, and who acts there holds a lock, so nothing
 * of this needs an answer of the daemon: it works even if that hangs.
 */
final class SwitchOf {
  private SwitchOf() {}

  /**
   * Turns it and says of which directory. Where no daemon runs the switch is turned all the same,
   * for one that is just being restarted or starts later, and that is said on stderr.
   *
   * @param change turns it and says what that means
   */
  static int directory(Invocation invocation, Function<OffSwitch, String> change) {
    Path directory = invocation.daemonsStateDirectory();
    if (Files.notExists(directory)) {
      invocation.err().println("healing: no daemon runs on " + directory + ": nothing was changed");
      return Exit.FAILED;
    }
    String meaning;
    try (LinuxHost host = LinuxHost.observe(directory)) {
      meaning = change.apply(new OffSwitch(host.state(), host.time()));
    }
    if (!LinuxHost.inUse(directory)) {
      invocation
          .err()
          .println(
              "healing: no daemon runs on "
                  + directory
                  + "; for one that starts there: "
                  + meaning);
      return Exit.DONE;
    }
    invocation.out().println(directory + ": " + meaning);
    return Exit.DONE;
  }
}
