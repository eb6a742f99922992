package dev.healing.core.host;

import dev.healing.spi.StateStore.Lines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An appended file of sealed lines, open for writing. */
final class LineFile implements AutoCloseable {
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

  /**
   * Reads the lines. A last line without a line break is what a crash leaves, and was never
   * acknowledged; any other bad line is damage.
   */
  static Lines parse(String name, byte[] content) {
    List<String> whole = new ArrayList<>();
    List<String> damaged = new ArrayList<>();
    int limit = wholeBytes(content);
    int number = 0;
    for (int start = 0; start < limit; ) {
      int stop = start;
      while (content[stop] != '\n') {
        stop++;
      }
      number++;
      String place = name + ":" + number;
      Sealed.unseal(content, start, stop)
          .ifPresentOrElse(
              whole::add,
              () -> damaged.add(place + ": the checksum does not fit: the line is ignored"));
      start = stop + 1;
    }
    return new Lines(whole, damaged);
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
