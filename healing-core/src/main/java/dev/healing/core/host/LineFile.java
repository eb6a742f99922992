package dev.healing.core.host;

import dev.healing.spi.StateStore.Lines;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** An appended file of sealed lines, open for writing. */
final class LineFile implements AutoCloseable {
  private static final int PIECE = 1 << 13;

  /** Told one by one. */
  private static final int MOST_DAMAGED = 100;

  private final RandomAccessFile file;
  private final Object identity;
  private long end;

  private LineFile(RandomAccessFile file, long end, Object identity) {
    this.identity = identity;
    this.file = file;
    this.end = end;
  }

  /** Opens it, makes it if need be, and cuts a torn last line. */
  static LineFile open(Path path) throws IOException {
    if (Durable.createPrivate(path)) {
      Durable.syncDirectory(Durable.directoryOf(path));
    }
    long whole = wholeBytes(Files.readAllBytes(path));
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    boolean ready = false;
    try {
      if (file.length() > whole) {
        file.setLength(whole);
        file.getFD().sync();
      }
      file.seek(whole);
      ready = true;
      return new LineFile(file, whole, Durable.identity(path));
    } finally {
      if (!ready) {
        file.close();
      }
    }
  }

  /** Whether the name still stands for the file that is open. */
  boolean isStill(Path path) {
    try {
      return Durable.identity(path).equals(identity);
    } catch (IOException e) {
      return false;
    }
  }

  /** One write and one sync. After a failure nothing of it is left, as far as the disk lets us. */
  void append(byte[] lines) throws IOException {
    boolean written = false;
    try {
      file.write(lines);
      file.getFD().sync();
      end += lines.length;
      written = true;
    } finally {
      if (!written) {
        file.setLength(end);
        file.seek(end);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  static byte[] bytes(List<String> jsonObjects) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (String object : jsonObjects) {
      String line = object.strip();
      if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
        throw new IllegalArgumentException("a line of an appended file with a line break: " + line);
      }
      for (byte[] part : Sealed.seal(line)) {
        lines.writeBytes(part);
      }
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  /** Reads all lines; see {@link #read(String, InputStream, int, Consumer)}. */
  static Lines parse(String name, byte[] content) {
    List<String> whole = new ArrayList<>();
    try {
      List<String> damaged =
          read(name, new ByteArrayInputStream(content), content.length, whole::add);
      return new Lines(whole, damaged);
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be read", e);
    }
  }

  /** Reads a file, which is no link, line by line; nothing if there is none. */
  static List<String> read(Path path, int longest, Consumer<String> reader) throws IOException {
    Durable.requireRegular(path);
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      return read(String.valueOf(path.getFileName()), in, longest, reader);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /**
   * Reads the lines. A last line without a line break is what a crash leaves, and was never
   * acknowledged; any other bad line is damage.
   *
   * @param longest bytes of a line; one that is longer is damaged
   * @param whole is given those that are whole
   * @return what is wrong with the others; of very many with the first
   */
  private static List<String> read(String name, InputStream in, int longest, Consumer<String> whole)
      throws IOException {
    List<String> damaged = new ArrayList<>();
    byte[] piece = new byte[PIECE];
    byte[] line = new byte[PIECE];
    int length = 0;
    long bad = 0;
    long number = 1;
    for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
      for (int i = 0; i < read; i++) {
        if (piece[i] != '\n') {
          if (length < longest) {
            line = length < line.length ? line : Arrays.copyOf(line, 2 * length);
            line[length] = piece[i];
          }
          length = Math.min(length, longest) + 1;
          continue;
        }
        Optional<String> good =
            length > longest ? Optional.empty() : Sealed.unseal(line, 0, length);
        if (good.isPresent()) {
          whole.accept(good.get());
        } else if (++bad <= MOST_DAMAGED) {
          damaged.add(name + ":" + number + ": the checksum does not fit: the line is ignored");
        }
        number++;
        length = 0;
      }
    }
    if (bad > MOST_DAMAGED) {
      damaged.add(name + ": " + (bad - MOST_DAMAGED) + " more lines are ignored like those");
    }
    return damaged;
  }

  /** Up to where the content is lines: after the last line break. */
  private static int wholeBytes(byte[] content) {
    int end = content.length;
    while (end > 0 && content[end - 1] != '\n') {
      end--;
    }
    return end;
  }
}
