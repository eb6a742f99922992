package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.api.HostException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Having the kernel swap out what services have not used for long, by cgroup v2 {@code
 * memory.reclaim}, from those with the most of it. Cached files are not asked for: MemAvailable
 * counts them already, so that it would not rise.
 *
 * @param shares how much of whom; empty if there is nothing to be had
 */
record Reclaim(HostContext host, List<Share> shares) {
  private static final String SLICE = "/sys/fs/cgroup/system.slice";
  private static final Pattern INACTIVE = Pattern.compile("(?m)^inactive_anon (\\d{1,18})$");

  /** Since Linux 6.10; without it the kernel would take cached files first. */
  private static final String NO_FILES = " swappiness=200";

  /** How much to ask one service's control group for. */
  private record Share(String unit, long bytes) {}

  /**
   * Whether the kernel can do so: for the slice, or one of its services, since a container may
   * delegate the controller only further down.
   */
  static boolean possible(HostContext host) {
    Path slice = host.files().path(SLICE);
    if (Files.exists(slice.resolve("memory.reclaim"))) {
      return true;
    }
    if (!Files.isDirectory(slice)) {
      return false;
    }
    try (DirectoryStream<Path> services =
        Files.newDirectoryStream(slice, child -> Files.exists(child.resolve("memory.reclaim")))) {
      return services.iterator().hasNext();
    } catch (IOException e) {
      throw new HostException(SLICE + " cannot be listed: " + HostException.reason(e), e);
    }
  }

  /** What to ask of whom for so much, as far as there is room in swap for it. Changes nothing. */
  static Reclaim of(HostContext host, double wantedBytes) {
    List<Share> inactive = new ArrayList<>();
    if (possible(host)) {
      try (DirectoryStream<Path> services =
          Files.newDirectoryStream(host.files().path(SLICE), "*.service")) {
        for (Path service : services) {
          String unit = service.getFileName().toString();
          long bytes = inactiveBytes(host, unit);
          if (bytes > 0 && host.protection().unit(unit, host.systemd()).isEmpty()) {
            inactive.add(new Share(unit, bytes));
          }
        }
      } catch (IOException e) {
        throw new HostException(SLICE + " cannot be listed: " + HostException.reason(e), e);
      }
    }
    inactive.sort(Comparator.comparingLong(Share::bytes).reversed().thenComparing(Share::unit));
    List<Share> shares = new ArrayList<>();
    long left = (long) Math.min(wantedBytes, MemAvailable.swapFree(host));
    for (Share share : inactive) {
      if (left > 0) {
        shares.add(new Share(share.unit(), Math.min(left, share.bytes())));
        left -= share.bytes();
      }
    }
    return new Reclaim(host, List.copyOf(shares));
  }

  private static long inactiveBytes(HostContext host, String unit) {
    String group = SLICE + "/" + unit;
    if (!Files.exists(host.files().path(group + "/memory.reclaim"))) {
      return 0;
    }
    Matcher line = INACTIVE.matcher(host.files().read(group + "/memory.stat").orElse(""));
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  long bytes() {
    return shares.stream().mapToLong(Share::bytes).sum();
  }

  List<String> steps() {
    return shares.stream()
        .map(share -> "reclaim " + Checks.size(share.bytes()) + " from " + share.unit())
        .toList();
  }

  /** A unit that was started again has another control group. */
  Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    shares.forEach(share -> facts.put("cgroup " + share.unit(), inode(share.unit())));
    return facts;
  }

  private String inode(String unit) {
    try {
      return String.valueOf(Files.getAttribute(host.files().path(SLICE + "/" + unit), "unix:ino"));
    } catch (IOException e) {
      return "gone";
    }
  }

  /** Asks for it. What comes of it is to be measured. */
  void run(Execution execution) {
    for (Share share : shares) {
      if (execution.cancelled()) {
        return;
      }
      try {
        ask(share);
      } catch (HostException e) {
        // The kernel says EAGAIN when it found less than it was asked for.
        execution.progress(share.unit() + ": gave back less than asked: " + e.getMessage());
      }
    }
  }

  private void ask(Share share) {
    String file = SLICE + "/" + share.unit() + "/memory.reclaim";
    try {
      host.files().writeSetting(file, share.bytes() + NO_FILES);
    } catch (HostException e) {
      if (!String.valueOf(e.getMessage()).contains("Invalid argument")) {
        throw e;
      }
      host.files().writeSetting(file, Long.toString(share.bytes()));
    }
  }
}
