package dev.healing.spi;

import java.util.Optional;
import java.util.SortedMap;

/**
 * Files of bytes in a directory of their own: bulk data that can be lost without harm, so none of
 * it waits for the disk or takes of the room that is kept for what must be written. What they hold
 * is their owner's to check. File names as of a {@link StateStore}. Methods throw {@link
 * dev.healing.api.HostException} if the disk does not do its part. Safe for several threads, and
 * readable while another process writes.
 */
public interface StateFolder {
  /** Where the files are, for messages. */
  String location();

  /** Size in bytes of every file, by name; empty if there is no such directory yet. */
  SortedMap<String, Long> sizes();

  /**
   * A part of a file; shorter, or nothing, where the file ends before. Absent if there is none.
   *
   * @param from from 0
   * @param most how many bytes
   */
  Optional<byte[]> read(String file, long from, int most);

  /**
   * Adds to the end of a file, which is made if need be. Not durable when it returns: a crash of
   * this process loses none of it, one of the host may. If it fails, nothing was added. Refused
   * while little room is left on the disk.
   */
  void append(String file, byte[] bytes);

  /** Makes a file durable, then gives it this name, atomically, replacing what had it. */
  void publish(String file, String as);

  /** Cuts off what is behind so many bytes. */
  void cut(String file, long bytes);

  /** Removes it; nothing happens if there is none. */
  void delete(String file);
}
