package dev.healing.actions.nixos;

import dev.healing.api.HostException;
import dev.healing.spi.HostFiles;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What memory there is and what of it can be had without swapping, from /proc/meminfo. */
public record MemAvailable(long totalBytes, long availableBytes) {
  private static final String FILE = "/proc/meminfo";
  private static final double NOISE = 0.01;
  private static final long NOISE_BYTES = 16L << 20;

  /** As it is now. */
  public static MemAvailable read(HostFiles files) {
    String text =
        files.read(FILE).orElseThrow(() -> new HostException(FILE + " is not there: is /proc up?"));
    return new MemAvailable(bytes(text, "MemTotal"), bytes(text, "MemAvailable"));
  }

  /** Room that is left in swap; 0 on a host without. */
  public static long swapFree(HostFiles files) {
    return bytes(files.read(FILE).orElse(""), "SwapFree");
  }

  private static long bytes(String text, String key) {
    Matcher line = Pattern.compile("(?m)^" + key + ":\\s+(\\d{1,15}) kB$").matcher(text);
    if (!line.find()) {
      throw new HostException(FILE + ": expected a line '" + key + ": N kB'");
    }
    return Long.parseLong(line.group(1)) * 1024;
  }

  /** What cannot be had without swapping. */
  public long usedBytes() {
    return totalBytes - availableBytes;
  }

  /** The same, of all memory. */
  public double usedFraction() {
    return (double) usedBytes() / totalBytes;
  }

  /** What is less comes and goes by itself, and is no gain: 1 % of memory, and at least 16 MiB. */
  public double gainBytes() {
    return Math.max(NOISE * totalBytes, NOISE_BYTES);
  }
}
