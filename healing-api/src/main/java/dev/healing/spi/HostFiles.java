package dev.healing.spi;

import java.nio.file.Path;
import java.util.Optional;

/** Files of the host. Absolute names as the host knows them. */
public interface HostFiles {
  /**
   * Where this process finds the host's file of that name: under a fixture tree in a test. File
   * operations on paths made here are the host's.
   */
  Path path(String absolute);

  /** The host's name of a path that was made by {@link #path}. */
  String name(Path path);

  /**
   * Reads a small text file, at most 4 MiB; absent if there is no such file.
   *
   * @throws dev.healing.api.HostException if it is there and cannot be read, or is larger
   */
  Optional<String> read(String absolute);

  /**
   * Writes a kernel setting, in one write and in place.
   *
   * @throws dev.healing.api.HostException if it cannot
   */
  void writeSetting(String absolute, String value);

  /**
   * Room on the file system that holds this path.
   *
   * @param totalBytes its size
   * @param freeBytes not used, including what is reserved for root
   * @param availableBytes that an unprivileged user can still write
   */
  record Space(long totalBytes, long freeBytes, long availableBytes) {
    /**
     * As {@code df} counts it: used / (used + available), so that it is full when an unprivileged
     * user cannot write any more.
     */
    public double usedFraction() {
      long used = totalBytes - freeBytes;
      long usable = used + availableBytes;
      return usable <= 0 ? 1 : (double) used / usable;
    }
  }

  /**
   * Room on the file system that holds this path, bytes only: fast.
   *
   * @throws dev.healing.api.HostException if it cannot be read
   */
  Space space(String absolute);
}
