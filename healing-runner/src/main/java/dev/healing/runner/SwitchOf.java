package dev.healing.runner;

import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * The off switch of one state directory. It is a file, and who acts there holds a lock, so nothing
 * of this needs an answer of the daemon: it works even if that hangs.
 */
final class SwitchOf {
  private SwitchOf() {}

  /**
   * Turns it and says of which directory. Where no daemon runs the switch is turned all the same,
   * for one that is just being restarted, but that has stopped nobody: exit code 1.
   *
   * @param change turns it and says what that means
   */
  static int directory(Invocation invocation, Function<OffSwitch, String> change) {
    Optional<Path> given = invocation.givenStateDirectory();
    Path directory = invocation.stateDirectory();
    refusal(given, directory, LinuxHost.HOSTS_STATE_DIRECTORY)
        .ifPresent(
            why -> {
              throw new NotAllowedException(why);
            });
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
      return Exit.FAILED;
    }
    invocation.out().println(directory + ": " + meaning);
    return Exit.DONE;
  }

  /**
   * Why this directory is not the one that is meant: who names none means the host's daemon, and
   * must not be told that it is paused when only a directory of one's own is.
   */
  static Optional<String> refusal(Optional<Path> given, Path directory, Path hosts) {
    return given.isEmpty() && !directory.equals(hosts) && Files.exists(hosts)
        ? Optional.of(
            "needs root: the host's daemon uses "
                + hosts
                + " (a daemon of your own is named with --state)")
        : Optional.empty();
  }
}
