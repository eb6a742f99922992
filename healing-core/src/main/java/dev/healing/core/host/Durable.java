package dev.healing.core.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Steps of durable writing. With {@link RandomAccessFile}, since an interrupt of the thread closes
 * a channel in the middle of a write.
 */
final class Durable {
  static final String TEMPORARY = ".tmp";
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final System.Logger LOG = System.getLogger(Durable.class.getName());
  private static final String NO_SPACE = noSpace();

  private Durable() {}

  /** Makes it, for its owner only, if it is not there; whether it was made. */
  static boolean createPrivate(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      throw new IOException(file + " is a symbolic link: nothing is written through one");
    }
    try {
      Files.createFile(file, PRIVATE_FILE);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** A new file beside the target, on disk when it returns; {@link #rename} it. */
  static Path temporary(Path target, byte[]... content) throws IOException {
    return temporary(target, List.of(content));
  }

  /** The same piece by piece, each of which is asked for once the one before is written. */
  static Path temporary(Path target, Iterable<byte[]> content) throws IOException {
    Path temporary =
        Files.createTempFile(
            target.toAbsolutePath().getParent(),
            target.getFileName() + ".",
            TEMPORARY,
            PRIVATE_FILE);
    boolean written = false;
    try (RandomAccessFile out = new RandomAccessFile(temporary.toFile(), "rw")) {
      for (byte[] part : content) {
        out.write(part);
      }
      out.getFD().sync();
      written = true;
      return temporary;
    } finally {
      if (!written) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /** Atomically, replacing the target, on disk when it returns. Replaces a link, not its target. */
  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(directoryOf(to));
  }

  /** The directory that a file is in. */
  static Path directoryOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a directory");
  }

  /** Tells the file that has this name now from every other, whatever name that has. */
  static Object identity(Path file) throws IOException {
    return Objects.requireNonNull(
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
  }

  /** Whether there is no room. */
  static boolean full(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains(NO_SPACE) || message.contains("quota exceeded");
  }

  /** The kernel's numbers are told in words only, of the language that the JVM was started in. */
  private static String noSpace() {
    Path alwaysFull = Path.of("/dev/full");
    if (!Files.isRegularFile(alwaysFull)) {
      try (OutputStream out = Files.newOutputStream(alwaysFull, StandardOpenOption.WRITE)) {
        out.write(0);
      } catch (FileSystemException e) {
        LOG.log(Level.DEBUG, "no /dev/full here: " + e.getMessage());
      } catch (IOException e) {
        return String.valueOf(e.getMessage());
      }
    }
    return "No space left";
  }

  /** Whether nothing can be written there, whoever tries. */
  static boolean unwritable(IOException e) {
    return full(e) || String.valueOf(e.getMessage()).contains("Read-only file system");
  }

  /** Puts the names in a directory on disk. */
  static void syncDirectory(Path directory) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** All of a file, which is no link; empty if there is none. */
  static Optional<byte[]> read(Path path) throws IOException {
    requireRegular(path);
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(in.readAllBytes());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Refuses what is there and no regular file: to open a pipe takes until somebody writes. */
  static void requireRegular(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("it is no regular file");
    }
  }
}
