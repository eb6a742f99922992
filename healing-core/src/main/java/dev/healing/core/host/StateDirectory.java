package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The state directory: files of lines ({@link LineFile}), documents ({@link DocumentFile}), and
 * plain ones.
 *
 * <p>A line is on disk when {@code append} returns; a document is always the old or the new one.
 */
final class StateDirectory implements StateStore, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StateDirectory.class.getName());
  static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
  private static final Set<String> RESERVED = Set.of(StateLock.FILE, Ballast.FILE);
  private static final int MOST_PLAIN_BYTES = 1 << 20;
  private static final long TEMPORARY_MILLIS = 60_000;

  private final Path directory;
  private final @Nullable StateLock lock;
  private final Optional<String> troubleAtStart;
  private final Ballast ballast;
  private final Map<String, LineFile> open = new HashMap<>();

  /** Held for documents, which may be large: no line that is appended waits for one. */
  private final Object documents = new Object();

  private StateDirectory(
      Path directory, @Nullable StateLock lock, Optional<String> troubleAtStart) {
    this.directory = directory;
    this.lock = lock;
    this.troubleAtStart = troubleAtStart;
    this.ballast = new Ballast(directory);
  }

  /**
   * Opens it to write: makes it if need be, and takes its lock. Where nothing at all can be written
   * it is opened to read only: to look at a host whose disk is full needs no room.
   */
  static StateDirectory open(Path directory) {
    try {
      Files.createDirectories(directory, Durable.PRIVATE_DIRECTORY);
      Path real = directory.toRealPath();
      refuseShared(real);
      StateDirectory state = new StateDirectory(real, lock(real), Optional.empty());
      state.removeTemporaries();
      state.ballast.make();
      return state;
    } catch (IOException e) {
      if (Durable.unwritable(e)) {
        String why =
            directory
                + " could not be written at the start ("
                + HostException.reason(e)
                + "): restart when it can";
        LOG.log(System.Logger.Level.ERROR, "observing only: {0}", why);
        return new StateDirectory(directory.toAbsolutePath().normalize(), null, Optional.of(why));
      }
      throw new HostException(
          directory
              + " cannot be the state directory: "
              + HostException.reason(e)
              + "; choose another with --state",
          e);
    }
  }

  private static StateLock lock(Path directory) throws IOException {
    try {
      return StateLock.take(directory);
    } catch (IOException e) {
      if (Durable.full(e) && new Ballast(directory).drop()) {
        return StateLock.take(directory);
      }
      throw e;
    }
  }

  /** Opens it to read, and to write plain files only. */
  static StateDirectory observe(Path directory) {
    return new StateDirectory(directory.toAbsolutePath().normalize(), null, Optional.empty());
  }

  /** Whoever may write here decides what we believe. Nothing is changed: it may be /tmp. */
  private static void refuseShared(Path directory) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("others may write there (chmod go-w, or use a directory of our own)");
    }
  }

  /** What a crash left between writing and renaming. */
  private void removeTemporaries() {
    long before = System.currentTimeMillis() - TEMPORARY_MILLIS;
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory, "*" + Durable.TEMPORARY)) {
      for (Path entry : entries) {
        // A younger one may be that of a command line that is just writing the off switch.
        if (Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toMillis() < before) {
          Files.deleteIfExists(entry);
        }
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: left-overs stay: {1}",
          directory,
          HostException.reason(e));
    }
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public Optional<String> trouble() {
    if (lock == null || lock.isStill()) {
      return troubleAtStart;
    }
    return Optional.of(
        directory.resolve(StateLock.FILE)
            + " was removed or replaced while it was held, so another healing process may act"
            + " there: see that there is none, and restart this one");
  }

  /** While something is appended, too: of a line that is not yet whole nothing is read. */
  @Override
  public Lines lines(String file) {
    Path path = path(file);
    return attempt(
        "read", path, () -> LineFile.parse(file, Durable.read(path).orElse(new byte[0])));
  }

  @Override
  public List<String> lines(String file, int longest, Consumer<String> reader) {
    Path path = path(file);
    return attempt("read", path, () -> LineFile.read(path, longest, reader));
  }

  @Override
  public synchronized void append(String file, List<String> jsonObjects) {
    Path path = writable(file);
    byte[] bytes = LineFile.bytes(jsonObjects);
    if (bytes.length == 0) {
      return;
    }
    withRoom(
        path,
        () -> {
          try {
            opened(file, path).append(bytes);
          } catch (IOException e) {
            // What is on disk now is unknown: it is read again before the next write.
            forget(file);
            throw e;
          }
        });
  }

  private LineFile opened(String file, Path path) throws IOException {
    LineFile known = open.get(file);
    if (known != null && !known.isStill(path)) {
      throw new IOException("it was removed or replaced while it was in use");
    }
    if (known == null) {
      known = LineFile.open(path);
      open.put(file, known);
    }
    return known;
  }

  private void forget(String file) throws IOException {
    LineFile known = open.remove(file);
    if (known != null) {
      known.close();
    }
  }

  @Override
  public synchronized void rewrite(String file, List<String> jsonObjects) {
    Path path = writable(file);
    byte[] bytes = LineFile.bytes(jsonObjects);
    withRoom(
        path,
        () -> {
          Path temporary = Durable.temporary(path, bytes);
          forget(file);
          Durable.rename(temporary, path);
        });
  }

  @Override
  public long size(String file) {
    Path path = path(file);
    return attempt(
        "looked at",
        path,
        () -> {
          try {
            return Files.size(path);
          } catch (NoSuchFileException e) {
            return 0L;
          }
        });
  }

  @Override
  public Document document(String file) {
    Path path = path(file);
    synchronized (documents) {
      return attempt("read", path, () -> DocumentFile.read(path, lock != null));
    }
  }

  @Override
  public <T> Made<T> document(String file, Function<Text, T> reader) {
    Path path = path(file);
    synchronized (documents) {
      return attempt("read", path, () -> DocumentFile.read(path, lock != null, reader));
    }
  }

  @Override
  public void replace(String file, List<String> parts) {
    Path path = writable(file);
    synchronized (documents) {
      withRoom(path, () -> DocumentFile.replace(path, parts));
    }
  }

  @Override
  public <T> Optional<T> copyBefore(String file, Function<Text, T> reader) {
    Path path = path(file);
    synchronized (documents) {
      return attempt("read", path, () -> DocumentFile.copyBefore(path, reader));
    }
  }

  @Override
  public void replace(String file, String jsonObject) {
    Path path = writable(file);
    synchronized (documents) {
      withRoom(path, () -> DocumentFile.replace(path, jsonObject));
    }
  }

  @Override
  public boolean exists(String file) {
    Path path = path(file);
    return attempt(
        "looked at",
        path,
        () -> {
          try {
            Durable.identity(path);
            return true;
          } catch (NoSuchFileException e) {
            return false;
          }
        });
  }

  @Override
  public Optional<String> readPlain(String file) {
    Path path = path(file);
    return attempt(
        "read",
        path,
        () -> {
          try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MOST_PLAIN_BYTES);
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
          } catch (NoSuchFileException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public synchronized void writePlain(String file, String content) {
    Path path = path(file);
    withRoom(
        path,
        () -> {
          Files.createDirectories(directory, Durable.PRIVATE_DIRECTORY);
          byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
          Durable.rename(Durable.temporary(path, bytes), path);
        });
  }

  /** A document's copy goes with it: otherwise it would come back. */
  @Override
  public synchronized void delete(String file) {
    Path path = path(file);
    attempt(
        "deleted",
        path,
        () -> {
          forget(file);
          if (Files.deleteIfExists(path) | Files.deleteIfExists(DocumentFile.backup(path))) {
            Durable.syncDirectory(directory);
          }
          return true;
        });
  }

  @Override
  public synchronized void rename(String file, String to) {
    Path from = writable(file);
    Path target = writable(to);
    attempt(
        "renamed to " + to,
        from,
        () -> {
          forget(file);
          forget(to);
          Durable.rename(from, target);
          return true;
        });
  }

  @Override
  public StateFolder folder(String name) {
    Path path = path(name);
    return new DataFolder(path, () -> writable(name));
  }

  @Override
  public synchronized void close() {
    for (String file : List.copyOf(open.keySet())) {
      try {
        forget(file);
      } catch (IOException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} could not be closed: {1}",
            file,
            HostException.reason(e));
      }
    }
    if (lock != null) {
      lock.close();
    }
  }

  private Path writable(String file) {
    Path path = path(file);
    Optional<String> why = trouble();
    if (why.isPresent() || lock == null) {
      throw new HostException(
          path + " is not written: " + why.orElse(directory + " was opened to read only"));
    }
    return path;
  }

  private Path path(String file) {
    if (!NAME.matcher(file).matches() || RESERVED.contains(file)) {
      throw new HostException("'" + file + "' is not the name of a state file");
    }
    return directory.resolve(file);
  }

  /** Something that the disk may refuse. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /** A write. */
  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }

  /** Writes; if the disk is full, once more with the room of the ballast. */
  private void withRoom(Path path, Write write) {
    attempt(
        "written",
        path,
        () -> {
          try {
            write.run();
          } catch (IOException e) {
            if (lock == null || !Durable.full(e) || !ballast.drop()) {
              throw e;
            }
            LOG.log(
                System.Logger.Level.WARNING,
                "{0}: no space left; the reserve of {1} bytes is used",
                directory,
                String.valueOf(Ballast.BYTES));
            write.run();
          }
          if (lock != null) {
            ballast.restore();
          }
          return true;
        });
  }

  static <T> T attempt(String verb, Path path, Step<T> step) {
    try {
      return step.run();
    } catch (IOException e) {
      throw new HostException(path + " could not be " + verb + ": " + HostException.reason(e), e);
    }
  }
}
