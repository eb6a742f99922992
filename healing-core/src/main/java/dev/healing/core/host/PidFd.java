package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostProcesses.Ref;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Signals by pidfd, so that there is no instant between the last look and the signal. Java cannot
 * make the two system calls; perl can, and is there on Debian (essential) and NixOS (by default).
 * There is no other way: whatever else can be done by number may hit somebody else.
 */
final class PidFd {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int EPERM = 1;
  private static final int ESRCH = 3;

  /**
   * For each: opens the pidfd, then looks whether the number still is that of a process with this
   * start, then signals what the pidfd stands for, and prints the error number of that, or 0.
   * pidfd_open is 434 and pidfd_send_signal 424 on every architecture that runs a JVM.
   */
  private static final String SCRIPT =
      """
      my ($signal, @all) = map { $_ + 0 } @ARGV;
      sub sent {
        my ($pid, $ticks) = @_;
        my $fd = syscall(434, $pid, 0);
        return $! + 0 if $fd < 0;
        open(my $file, "<", "/proc/$pid/stat") or return 3;
        my $stat = do { local $/; <$file> };
        return 3 unless defined $stat and $stat =~ s/.*\\)//s;
        return 3 unless (split " ", $stat)[19] == $ticks;
        return syscall(424, $fd, $signal, 0, 0) < 0 ? $! + 0 : 0;
      }
      print sent(splice @all, 0, 2), "\\n" while @all;
      """;

  private PidFd() {}

  /**
   * Signals them all, in one go.
   *
   * @param all of processes that were there more than a tick after their start, so that nobody who
   *     gets their number later can have the same
   * @return those that were there to be signalled
   * @throws RefusedException if there is no perl: nobody was signalled
   * @throws HostException if some could not be signalled, or it is not known; the others were
   */
  static List<Ref> send(CommandRunner commands, List<Ref> all, int signal) {
    if (commands.which("perl").isEmpty()) {
      throw new RefusedException(
          "nobody is signalled without pidfd, or it might hit another process that got the number:"
              + " install perl, which can use it");
    }
    List<String> arguments = new ArrayList<>(List.of("perl", "-e", SCRIPT, String.valueOf(signal)));
    for (Ref ref : all) {
      arguments.add(String.valueOf(ref.pid()));
      arguments.add(String.valueOf(ref.startTicks()));
    }
    CommandRunner.Result result = commands.run(Command.of(LIMIT, arguments.toArray(String[]::new)));
    List<String> errors = result.stdout().lines().toList();
    if (!result.ok() || errors.size() != all.size()) {
      throw new HostException(
          "whether signal "
              + signal
              + " was sent to "
              + pids(all)
              + " is not known: perl, which uses the pidfd, did not answer: "
              + result.complaint());
    }
    List<Ref> signalled = new ArrayList<>();
    List<Ref> failed = new ArrayList<>();
    Set<String> why = new TreeSet<>();
    for (int i = 0; i < all.size(); i++) {
      int error = Integer.parseInt(errors.get(i));
      if (error == 0) {
        signalled.add(all.get(i));
      } else if (error != ESRCH) {
        failed.add(all.get(i));
        why.add(
            error == EPERM ? "not permitted; run as root or as its user" : "pidfd: error " + error);
      }
    }
    if (!failed.isEmpty()) {
      throw new HostException(
          pids(failed) + " could not be sent signal " + signal + ": " + String.join(", ", why));
    }
    return signalled;
  }

  private static String pids(List<Ref> all) {
    return "pid " + String.join(", ", all.stream().map(ref -> String.valueOf(ref.pid())).toList());
  }
}
