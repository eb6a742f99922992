package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostProcesses.Ref;
import java.time.Duration;
import java.util.Optional;

/**
 * Signals by pidfd, so that there is no instant between the last look and the signal. Java cannot
 * make the two system calls; perl can, and is there on Debian (essential) and NixOS (by default).
 */
final class PidFd {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int ESRCH = 3;

  /**
   * Opens the pidfd, then looks whether the number still is that of a process with this start, then
   * signals what the pidfd stands for. pidfd_open is 434 and pidfd_send_signal 424 on every
   * architecture that runs a JVM.
   */
  private static final String SCRIPT =
      """
      my ($pid, $ticks, $signal) = map { $_ + 0 } @ARGV;
      my $fd = syscall(434, $pid, 0);
      exit($! + 0) if $fd < 0;
      open(my $file, "<", "/proc/$pid/stat") or exit 3;
      my $stat = do { local $/; <$file> };
      exit 3 unless defined $stat and $stat =~ s/.*\\)//s;
      exit 3 unless (split " ", $stat)[19] == $ticks;
      exit(syscall(424, $fd, $signal, 0, 0) < 0 ? $! + 0 : 0);
      """;

  private PidFd() {}

  /**
   * Signals it.
   *
   * @param ref of a process that was there more than a tick after its start, so that nobody who
   *     gets its number later can have the same
   * @return whether it was there to be signalled; absent if it could not be done this way
   */
  static Optional<Boolean> send(CommandRunner commands, Ref ref, int signal) {
    if (commands.which("perl").isEmpty()) {
      return Optional.empty();
    }
    try {
      CommandRunner.Result result =
          commands.run(
              Command.of(
                  LIMIT,
                  "perl",
                  "-e",
                  SCRIPT,
                  String.valueOf(ref.pid()),
                  String.valueOf(ref.startTicks()),
                  String.valueOf(signal)));
      if (result.timedOut() || result.exitCode() != 0 && result.exitCode() != ESRCH) {
        return Optional.empty();
      }
      return Optional.of(result.exitCode() == 0);
    } catch (HostException e) {
      return Optional.empty();
    }
  }
}
