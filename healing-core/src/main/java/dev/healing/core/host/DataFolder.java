package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.StateFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A directory of files of bytes in the state directory. */
final class DataFolder implements StateFolder {
  /** A disk that has less left needs it more than we do. */
  static final long LEAST_FREE_BYTES = 16L << 20;

  private final Path directory;
  private final Runnable mayWrite;

  /**
   * Makes nothing on disk yet.
   *
   * @param mayWrite throws if nothing may be written here now
   */
  DataFolder(Path directory, Runnable mayWrite) {
    this.directory = directory;
    this.mayWrite = mayWrite;
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public SortedMap<String, Long> sizes() {
    return StateDirectory.attempt("read", directory, this::list);
  }

  private SortedMap<String, Long> list() throws IOException {
    SortedMap<String, Long> sizes = new TreeMap<>();
    if (Files.isSymbolicLink(directory)) {
      throw new IOException("it is a symbolic link");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        try {
          BasicFileAttributes found =
              Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          String name = String.valueOf(entry.getFileName());
          if (found.isRegularFile() && StateDirectory.NAME.matcher(name).matches()) {
            sizes.put(name, found.size());
          }
        } catch (NoSuchFileException e) {
          // Removed since it was listed: another process has this directory.
        }
      }
    } catch (NoSuchFileException e) {
      return sizes;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return sizes;
  }

  @Override
  public Optional<byte[]> read(String file, long from, int most) {
    Path path = path(file);
    return StateDirectory.attempt(
        "read",
        path,
        () -> {
          try (FileChannel channel =
              FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long there = Math.max(0, Math.min(most, channel.size() - from));
            ByteBuffer bytes = ByteBuffer.allocate((int) there);
            while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
              // Until it is whole.
            }
            return Optional.of(Arrays.copyOf(bytes.array(), bytes.position()));
          } catch (NoSuchFileException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public synchronized void append(String file, byte[] bytes) {
    Path path = writable(file);
    StateDirectory.attempt(
        "written",
        path,
        () -> {
          makeDirectory();
          if (directory.toFile().getUsableSpace() < LEAST_FREE_BYTES + bytes.length) {
            throw new IOException(
                "less than " + (LEAST_FREE_BYTES >> 20) + " MiB are free on its disk");
          }
          Durable.createPrivate(path);
          try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
            long end = out.length();
            boolean written = false;
            try {
              out.seek(end);
              out.write(bytes);
              written = true;
            } finally {
              if (!written) {
                out.setLength(end);
              }
            }
          }
          return true;
        });
  }

  private void makeDirectory() throws IOException {
    try {
      Files.createDirectory(directory, Durable.PRIVATE_DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(directory + " is no directory: nothing is written there", e);
      }
    }
  }

  @Override
  public synchronized void publish(String file, String as) {
    Path from = writable(file);
    Path to = path(as);
    StateDirectory.attempt(
        "renamed to " + as,
        from,
        () -> {
          try (RandomAccessFile whole = new RandomAccessFile(from.toFile(), "rw")) {
            whole.getFD().sync();
          }
          Durable.rename(from, to);
          return true;
        });
  }

  @Override
  public synchronized void cut(String file, long bytes) {
    Path path = writable(file);
    StateDirectory.attempt(
        "cut",
        path,
        () -> {
          try (RandomAccessFile out = new RandomAccessFile(path.toFile(), "rw")) {
            if (out.length() > bytes) {
              out.setLength(bytes);
            }
          }
          return true;
        });
  }

  @Override
  public synchronized void delete(String file) {
    Path path = writable(file);
    StateDirectory.attempt("deleted", path, () -> Files.deleteIfExists(path));
  }

  private Path writable(String file) {
    Path path = path(file);
    if (Files.isSymbolicLink(directory) || Files.isSymbolicLink(path)) {
      throw new HostException(path + " is not written: there is a symbolic link on the way");
    }
    mayWrite.run();
    return path;
  }

  private Path path(String file) {
    if (!StateDirectory.NAME.matcher(file).matches()) {
      throw new HostException("'" + file + "' is not the name of a file of " + directory);
    }
    return directory.resolve(file);
  }
}
