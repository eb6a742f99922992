package dev.healing.actions.nixos;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostMemory;
import java.util.OptionalLong;

/**
 * What memory there is, what of it is used and what can be had without swapping, as {@link
 * HostMemory} tells it, for whoever can do nothing without knowing.
 */
public record MemAvailable(long totalBytes, long usedBytes, long availableBytes) {
  private static final double NOISE = 0.01;
  private static final long NOISE_BYTES = 16L << 20;

  /**
   * As it is now.
   *
   * @throws HostException if that is not known
   */
  public static MemAvailable read(HostContext host) {
    HostMemory.Store memory = HostMemory.read(host).memory();
    return new MemAvailable(known(memory.total()), known(memory.used()), known(memory.available()));
  }

  /** Room that is left in swap; 0 on a host without. */
  public static long swapFree(HostContext host) {
    return HostMemory.read(host).swap().available().orElse(0);
  }

  private static long known(OptionalLong bytes) {
    return bytes.orElseThrow(
        () ->
            new HostException(
                HostMemory.FILE
                    + ": expected MemTotal and, not above it, MemAvailable in kB; in a container"
                    + " the use of its control group"));
  }

  /** What cannot be had without swapping, of all memory. */
  public double usedFraction() {
    return (double) usedBytes() / totalBytes;
  }

  /** What is less comes and goes by itself, and is no gain: 1 % of memory, and at least 16 MiB. */
  public double gainBytes() {
    return Math.max(NOISE * totalBytes, NOISE_BYTES);
  }
}
