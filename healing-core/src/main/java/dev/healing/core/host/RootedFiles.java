package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.HostFiles;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The files under a root: {@code /} on a host, a fixture tree in a test. */
final class RootedFiles implements HostFiles {
  private static final int MOST_BYTES = 4 << 20;
  private static final Path TOP = Path.of("/");
  private static final int USUAL_BYTES = 16 << 10;

  private final Path root;

  /** The usual files are read every second: into the same bytes, unless another thread has them. */
  private final AtomicReference<byte @Nullable []> spare = new AtomicReference<>();

  RootedFiles(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public Path path(String absolute) {
    try {
      // Normalised before it is rooted: "/.." is "/" as on any host, and never leaves the root.
      Path name = Path.of(absolute);
      if (name.isAbsolute()) {
        Path normal = name.normalize();
        return root.getNameCount() == 0 ? normal : root.resolve(TOP.relativize(normal));
      }
    } catch (InvalidPathException e) {
      throw new HostException("'" + absolute + "' is not a path: " + e.getReason(), e);
    }
    throw new HostException("'" + absolute + "': expected an absolute path");
  }

  @Override
  public String name(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (!absolute.startsWith(root)) {
      throw new HostException(path + " is not under " + root);
    }
    return "/" + root.relativize(absolute);
  }

  @Override
  public Optional<String> read(String absolute) {
    byte[] lent = spare.getAndSet(null);
    byte[] usual = lent == null ? new byte[USUAL_BYTES] : lent;
    try (InputStream in = Files.newInputStream(path(absolute))) {
      // Files of /proc have size 0: read until the end, whatever the size says.
      byte[] bytes = usual;
      int length = 0;
      for (int n = in.read(bytes); n > 0; n = in.read(bytes, length, bytes.length - length)) {
        length += n;
        if (length > MOST_BYTES) {
          throw new HostException(absolute + " is larger than 4 MiB: it is not read");
        }
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
      }
      return Optional.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (gone(e)) {
        return Optional.empty();
      }
      throw new HostException(absolute + " could not be read: " + e, e);
    } finally {
      spare.set(usual);
    }
  }

  /** ENOTDIR is "no such file" one level up, ESRCH that the process ended while it was read. */
  private static boolean gone(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.endsWith("Not a directory") || message.endsWith("No such process");
  }

  @Override
  public void writeSetting(String absolute, String value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel = FileChannel.open(path(absolute), StandardOpenOption.WRITE)) {
      int written = channel.write(bytes);
      if (bytes.hasRemaining()) {
        throw new HostException(absolute + " took only " + written + " bytes of '" + value + "'");
      }
    } catch (IOException e) {
      throw new HostException(
          absolute + " could not be set to '" + value + "': " + HostException.reason(e), e);
    }
  }

  /** By statvfs of {@link File}: a FileStore would read the whole mount table for each answer. */
  @Override
  public Space space(String absolute) {
    File file = path(absolute).toFile();
    if (!file.exists()) {
      throw new HostException(absolute + ": its file system cannot be looked at: " + why(file));
    }
    return new Space(file.getTotalSpace(), file.getFreeSpace(), file.getUsableSpace());
  }

  private static String why(File file) {
    try {
      Files.readAttributes(file.toPath(), BasicFileAttributes.class);
      return "it was not there a moment ago";
    } catch (NoSuchFileException e) {
      return "it is not there";
    } catch (IOException e) {
      return HostException.reason(e);
    }
  }
}
