package dev.healing.runner;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells systemd, if it has started us with {@code Type=notify}, that the daemon is up and alive. By
 * its own program: Java has no datagrams to a UNIX socket. A start of it every half minute costs a
 * few milliseconds.
 */
final class ServiceManager {
  private static final System.Logger LOG = System.getLogger(ServiceManager.class.getName());
  private static final Duration MOST = Duration.ofSeconds(10);

  private final CommandRunner commands;
  private final Optional<String> socket;

  ServiceManager(CommandRunner commands, Map<String, String> environment) {
    this.commands = commands;
    this.socket = Optional.ofNullable(environment.get("NOTIFY_SOCKET"));
  }

  /** Said again and again: whatever of it did not get there is said the next time. */
  void alive() {
    socket.ifPresent(this::tell);
  }

  private void tell(String to) {
    List<String> argv =
        List.of("env", "NOTIFY_SOCKET=" + to, "systemd-notify", "READY=1", "WATCHDOG=1");
    try {
      CommandRunner.Result result = commands.run(new Command(argv, MOST, 4 << 10));
      if (!result.ok()) {
        LOG.log(System.Logger.Level.WARNING, "systemd was not told: {0}", result.complaint());
      }
    } catch (HostException e) { // for want of memory, for example
      LOG.log(System.Logger.Level.WARNING, "systemd was not told: {0}", e.getMessage());
    }
  }
}
