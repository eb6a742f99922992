package dev.healing.core.host;

import dev.healing.api.HostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lock of a state directory: one daemon acts at a time. The file stays; what counts is the lock
 * on it, which the kernel takes away from a process that ends, however it ends.
 */
final class StateLock implements AutoCloseable {
  static final String FILE = "lock";

  /**
   * Held by this process. POSIX drops a process's lock when it closes any descriptor of the file,
   * so a second attempt in the same process must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private StateLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes it.
   *
   * @param directory its real path
   */
  static StateLock take(Path directory) {
    if (!HELD.add(directory)) {
      throw taken(directory, String.valueOf(ProcessHandle.current().pid()));
    }
    boolean held = false;
    try {
      FileChannel channel = open(directory);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw taken(directory, holder(channel));
        }
        String pid = ProcessHandle.current().pid() + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
        held = true;
        return new StateLock(directory, channel);
      } finally {
        if (!held) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw new HostException(directory.resolve(FILE) + " could not be locked: " + e, e);
    } finally {
      if (!held) {
        HELD.remove(directory);
      }
    }
  }

  /**
   * Whether a process has it, this one or another. Takes part in nothing that is written: a shared
   * lock is tried, and given back at once.
   */
  static boolean held(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      if (HELD.contains(directory.toRealPath())) {
        return true;
      }
      Set<OpenOption> toRead = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
      try (FileChannel channel = FileChannel.open(file, toRead);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      }
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new HostException(file + " could not be looked at: " + e, e);
    }
  }

  private static FileChannel open(Path directory) throws IOException {
    return FileChannel.open(
        directory.resolve(FILE),
        Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    return pid.isEmpty() ? "unknown" : pid;
  }

  private static HostException taken(Path directory, String pid) {
    return new HostException(
        directory
            + " is in use by another healing process (pid "
            + pid
            + "): stop it, or use another directory with --state");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The kernel releases it with the process at the latest.
    } finally {
      HELD.remove(directory);
    }
  }
}
