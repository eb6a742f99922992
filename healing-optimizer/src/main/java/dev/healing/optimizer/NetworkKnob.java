package dev.healing.optimizer;

import dev.healing.spi.HostFiles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A limit of the kernel's network, and the counter that tells when it is too low.
 *
 * @param setting its name, for sysctl
 * @param counter what is counted, in words
 * @param count reads it: since boot, or absent
 * @param atOnce whether a higher value holds at once; if not, only for what is opened anew
 * @param owner what opens anew, in words
 */
record NetworkKnob(
    String setting,
    String counter,
    Function<HostFiles, OptionalLong> count,
    boolean atOnce,
    String owner) {
  /** The longest queue that any listener may have. */
  static final String LISTENERS = "net.core.somaxconn";

  /**
   * Sources: Documentation/networking/snmp_counter.rst and Documentation/admin-guide/sysctl/net.rst
   * of Linux.
   */
  static final List<NetworkKnob> ALL =
      List.of(
          new NetworkKnob(
              LISTENERS,
              "connections refused because a listener's queue was full (ListenOverflows)",
              files -> pair(files, "/proc/net/netstat", "TcpExt", "ListenOverflows"),
              false,
              "a listener takes the limit when it begins to listen: restart the service whose Send-Q"
                  + " in 'ss -ltn' is the old value"),
          new NetworkKnob(
              "net.core.rmem_default",
              "datagrams dropped because a socket's buffer was full (RcvbufErrors)",
              files -> pair(files, "/proc/net/snmp", "Udp", "RcvbufErrors"),
              false,
              "a socket takes it when it is opened: restart the service whose Recv-Q in 'ss -lun'"
                  + " is large; one that sets SO_RCVBUF itself needs net.core.rmem_max"),
          new NetworkKnob(
              "net.core.netdev_max_backlog",
              "packets dropped before they were looked at (softnet_stat)",
              NetworkKnob::softnetDrops,
              true,
              ""),
          new NetworkKnob(
              "net.ipv4.tcp_max_tw_buckets",
              "closed connections forgotten too early (TCPTimeWaitOverflow)",
              files -> pair(files, "/proc/net/netstat", "TcpExt", "TCPTimeWaitOverflow"),
              true,
              ""));

  /** Where its value is. */
  String path() {
    return "/proc/sys/" + setting.replace('.', '/');
  }

  /** Its value now. */
  OptionalLong value(HostFiles files) {
    return number(files.read(path()).orElse("").strip());
  }

  /** Of two lines for each protocol, the first with names: {@code TcpExt: SyncookiesSent …}. */
  private static OptionalLong pair(HostFiles files, String file, String protocol, String name) {
    Optional<String[]> names = Optional.empty();
    for (String line : files.read(file).orElse("").split("\n")) {
      if (!line.startsWith(protocol + ": ")) {
        continue;
      }
      String[] words = line.split(" ");
      if (names.isEmpty()) {
        names = Optional.of(words);
        continue;
      }
      int column = List.of(names.get()).indexOf(name);
      return column < 0 || column >= words.length ? OptionalLong.empty() : number(words[column]);
    }
    return OptionalLong.empty();
  }

  /** A line for each processor, in hexadecimal: processed, dropped, … */
  private static OptionalLong softnetDrops(HostFiles files) {
    String text = files.read("/proc/net/softnet_stat").orElse("");
    long drops = 0;
    for (String line : text.strip().split("\n")) {
      String[] columns = line.strip().split(" +");
      if (columns.length < 2 || !columns[1].matches("[0-9a-f]{1,15}")) {
        return OptionalLong.empty();
      }
      drops += Long.parseLong(columns[1], 16);
    }
    return OptionalLong.of(drops);
  }

  private static OptionalLong number(String text) {
    return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
