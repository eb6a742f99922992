package dev.healing.actions.nixos.network;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A limit of the kernel's network that holds at once and costs nothing while it is not reached. Who
 * reports it read the same counters with code of their own: no plugin module sees another.
 *
 * @param setting its name, for sysctl
 * @param most up to where it may go
 * @param counter how often it has held something up
 */
record NetworkLimit(String setting, long most, Counter counter) {
  private static final List<NetworkLimit> ALL =
      List.of(
          new NetworkLimit("net.core.netdev_max_backlog", 1L << 16, NetworkLimit::softnetDrops),
          new NetworkLimit(
              "net.ipv4.tcp_max_tw_buckets", 1L << 20, NetworkLimit::timeWaitOverflows));

  /** Reads how often the limit has held something up since boot. */
  @FunctionalInterface
  interface Counter {
    Optional<Long> read(HostFiles files);
  }

  /**
   * The one of this name.
   *
   * @throws RefusedException if there is none
   */
  static NetworkLimit of(String setting) {
    return ALL.stream()
        .filter(limit -> limit.setting.equals(setting))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    setting
                        + " is none of "
                        + ALL.stream().map(NetworkLimit::setting).collect(Collectors.toSet())
                        + ": it is for a person to set"));
  }

  /** Its value now. */
  long value(HostFiles files) {
    String text = files.read(path()).orElse("").strip();
    if (!text.matches("\\d{1,15}")) {
      throw new HostException(path() + " is '" + text + "': expected a number");
    }
    return Long.parseLong(text);
  }

  /** Sets it until the next boot. */
  void set(HostFiles files, long value) {
    files.writeSetting(path(), String.valueOf(value));
  }

  private String path() {
    return "/proc/sys/" + setting.replace('.', '/');
  }

  /** What its counter says now. */
  long counted(HostFiles files) {
    return counter
        .read(files)
        .orElseThrow(() -> new HostException("what it holds up is not counted any more"));
  }

  /** A line for each processor, in hexadecimal: processed, dropped, … */
  private static Optional<Long> softnetDrops(HostFiles files) {
    List<String> lines = files.read("/proc/net/softnet_stat").orElse("").strip().lines().toList();
    return lines.stream().allMatch(line -> line.matches("[0-9a-f]+ +[0-9a-f]{1,15} .*"))
        ? lines.stream().map(line -> Long.parseLong(line.split(" +")[1], 16)).reduce(Long::sum)
        : Optional.empty();
  }

  /** Two lines, names and values. */
  private static Optional<Long> timeWaitOverflows(HostFiles files) {
    List<String[]> lines =
        files
            .read("/proc/net/netstat")
            .orElse("")
            .lines()
            .filter(line -> line.startsWith("TcpExt: "))
            .map(line -> line.split(" "))
            .toList();
    int column = lines.size() == 2 ? List.of(lines.get(0)).indexOf("TCPTimeWaitOverflow") : -1;
    return column < 0 || column >= lines.get(1).length || !lines.get(1)[column].matches("\\d{1,18}")
        ? Optional.empty()
        : Optional.of(Long.parseLong(lines.get(1)[column]));
  }
}
