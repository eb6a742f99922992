package dev.healing.core.host;

import dev.healing.api.HostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock of a state directory: one daemon acts at a time. The file stays; what counts is the lock
 * on it, which the kernel takes away from a process that ends, however it ends.
 *
 * <p>Root can remove the file, or put another in its place. Whoever comes then finds the holder by
 * the file that it still has open; and the holder sees that the name stands for another file.
 */
final class StateLock implements AutoCloseable {
  static final String FILE = "lock";

  private static final int TRIES = 10;
  private static final long BETWEEN_TRIES_NANOS = 20_000_000;

  /**
   * Held by this process. POSIX drops a process's lock when it closes any descriptor of the file,
   * so a second attempt in the same process must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;
  private final Object identity;

  private StateLock(Path directory, FileChannel channel, Object identity) {
    this.directory = directory;
    this.channel = channel;
    this.identity = identity;
  }

  /**
   * Takes it.
   *
   * @param directory its real path
   * @throws HostException if another process has it, naming that
   * @throws IOException if the disk does not do its part
   */
  static StateLock take(Path directory) throws IOException {
    if (!HELD.add(directory)) {
      throw taken(directory, String.valueOf(ProcessHandle.current().pid()));
    }
    boolean held = false;
    try {
      FileChannel channel = open(directory);
      try {
        if (!locked(channel)) {
          throw taken(directory, holder(channel));
        }
        Optional<String> before = holderOfRemoved(file(directory));
        if (before.isPresent()) {
          throw taken(directory, before.orElseThrow());
        }
        StateLock taken = new StateLock(directory, channel, Durable.identity(file(directory)));
        taken.writePid();
        held = true;
        return taken;
      } finally {
        if (!held) {
          channel.close();
        }
      }
    } finally {
      if (!held) {
        HELD.remove(directory);
      }
    }
  }

  /** Who only {@linkplain #held asks} has it for a moment, too. */
  private static boolean locked(FileChannel channel) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      if (channel.tryLock() != null) {
        return true;
      }
      LockSupport.parkNanos(BETWEEN_TRIES_NANOS);
    }
    return false;
  }

  private static Path file(Path directory) {
    return directory.resolve(FILE);
  }

  /** For messages only: a lock holds on a full disk too. */
  private void writePid() throws IOException {
    String pid = ProcessHandle.current().pid() + "\n";
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    } catch (IOException e) {
      if (!Durable.unwritable(e)) {
        throw e;
      }
    }
  }

  /**
   * The process that holds the lock of a file that once had this name: it was removed or renamed.
   */
  private static Optional<String> holderOfRemoved(Path file) throws IOException {
    String own = String.valueOf(ProcessHandle.current().pid());
    Set<String> lockers = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("/proc/locks"))) {
      // 1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF
      String[] words = line.strip().split("\\s+");
      if (words.length > 4 && words[1].equals("POSIX") && !words[4].equals(own)) {
        lockers.add(words[4]);
      }
    }
    return lockers.stream().filter(pid -> hasOpen(pid, file.toString())).findFirst();
  }

  private static boolean hasOpen(String pid, String removed) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", pid, "fd"))) {
      for (Path descriptor : open) {
        String name = Files.readSymbolicLink(descriptor).toString();
        if (name.startsWith(removed) && !name.equals(removed)) {
          return true; // "lock (deleted)", or what it was renamed to
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It has ended, or is somebody else's.
    }
    return false;
  }

  /** Whether the name still stands for the file that is locked: otherwise another may hold that. */
  boolean isStill() {
    try {
      return Durable.identity(file(directory)).equals(identity);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether a process has it, this one or another. Takes part in nothing that is written: a shared
   * lock is tried, and given back at once.
   */
  static boolean held(Path directory) {
    Path file = file(directory);
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
      throw new HostException(file + " could not be looked at: " + HostException.reason(e), e);
    }
  }

  private static FileChannel open(Path directory) throws IOException {
    return FileChannel.open(
        file(directory),
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
