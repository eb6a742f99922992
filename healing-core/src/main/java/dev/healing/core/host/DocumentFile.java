package dev.healing.core.host;

import dev.healing.spi.StateStore.Document;
import dev.healing.spi.StateStore.Made;
import dev.healing.spi.StateStore.Text;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A document: one JSON object with its checksum, and beside it the copy before.
 *
 * <p>One without a checksum is taken as written by a person if it is a whole JSON object, and gets
 * its checksum when it is next replaced. A person who edits one removes its {@code crc}; one that
 * does not fit is damage.
 */
final class DocumentFile {
  /** With a larger one no memory would be left for what it says. */
  private static final long MOST_BYTES = mostBytes(Runtime.getRuntime().maxMemory());

  /** Blanks at the end of a file that are looked past. */
  private static final int TAIL = 1 << 10;

  private DocumentFile() {}

  /** How large one may be that a process reads that may use this much memory. */
  static long mostBytes(long memoryBytes) {
    return memoryBytes / 3;
  }

  /** As a whole; see {@link #read(Path, boolean, Function)}. */
  static Document read(Path path, boolean setAside) throws IOException {
    Made<String> made = read(path, setAside, DocumentFile::all);
    return new Document(made.made(), made.problem());
  }

  /** A reader has no place for another exception. */
  private static String all(Text text) {
    StringWriter all = new StringWriter();
    try (Reader in = text.open()) {
      in.transferTo(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toString().strip();
  }

  /**
   * Reads it, or else the copy before it, and says so.
   *
   * @param setAside whether one that is damaged is given another name
   */
  static <T> Made<T> read(Path path, boolean setAside, Function<Text, T> reader)
      throws IOException {
    String problem;
    if (tooLarge(path)) {
      problem =
          path
              + " has "
              + Files.size(path)
              + " bytes: expected at most "
              + MOST_BYTES
              + ", a third of the memory that this process may use";
    } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Files.exists(backup(path), LinkOption.NOFOLLOW_LINKS)
          ? fallBack(path, path + " is missing", reader)
          : new Made<>(Optional.empty(), Optional.empty());
    } else {
      Optional<T> good = good(path, reader);
      if (good.isPresent()) {
        return new Made<>(good, Optional.empty());
      }
      problem = path + " is damaged: its checksum does not fit";
    }
    if (setAside) {
      Path aside = aside(path);
      Durable.rename(path, aside);
      problem += "; it was set aside as " + aside.getFileName();
    }
    return fallBack(path, problem, reader);
  }

  private static <T> Made<T> fallBack(Path path, String problem, Function<Text, T> reader)
      throws IOException {
    Optional<T> good = copyBefore(path, reader);
    return new Made<>(
        good,
        Optional.of(
            problem
                + (good.isPresent()
                    ? "; the copy before it is used (" + backup(path).getFileName() + ")"
                    : "; there is no good copy: it starts empty")));
  }

  /** Of the copy before it, if that is good. */
  static <T> Optional<T> copyBefore(Path path, Function<Text, T> reader) throws IOException {
    Path backup = backup(path);
    return tooLarge(backup) ? Optional.empty() : good(backup, reader);
  }

  /**
   * Whether it is, and is none of ours.
   *
   * @throws IOException if it is ours: whoever went on without it would lose it
   */
  private static boolean tooLarge(Path path) throws IOException {
    long bytes = size(path);
    if (bytes > MOST_BYTES && sealed(path)) {
      throw new IOException(
          "it has "
              + bytes
              + " bytes, and at most "
              + MOST_BYTES
              + " are read, a third of the memory that this process may use: give it more");
    }
    return bytes > MOST_BYTES;
  }

  private static long size(Path path) throws IOException {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** What the reader makes of it, if it is good. */
  private static <T> Optional<T> good(Path path, Function<Text, T> reader) throws IOException {
    Durable.requireRegular(path);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      return goodText(file).map(reader);
    } catch (FileNotFoundException e) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e; // for another reason
      }
      return Optional.empty();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Optional<Text> goodText(RandomAccessFile file) throws IOException {
    long end = Sealed.end(file);
    if (end >= 0) {
      return Optional.of(text(file, end, "}"));
    }
    Text all = text(file, Long.MAX_VALUE, "");
    return Sealed.handWritten(all, tail(file)) ? Optional.of(all) : Optional.empty();
  }

  /** Its end, without blanks behind it. */
  private static String tail(RandomAccessFile file) throws IOException {
    byte[] tail = new byte[(int) Math.min(file.length(), TAIL)];
    file.seek(file.length() - tail.length);
    file.readFully(tail);
    String text = new String(tail, StandardCharsets.ISO_8859_1).strip();
    return text.substring(Math.max(0, text.length() - 32));
  }

  /** The first bytes of a file, and what comes after them. */
  private static Text text(RandomAccessFile file, long bytes, String end) {
    return () -> {
      file.seek(0);
      InputStream begin =
          new InputStream() {
            private long left = bytes;

            @Override
            public int read() throws IOException {
              byte[] one = new byte[1];
              return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
              int read = left == 0 ? -1 : file.read(into, from, (int) Math.min(left, most));
              left -= Math.max(0, read);
              return read;
            }
          };
      InputStream rest = new ByteArrayInputStream(end.getBytes(StandardCharsets.UTF_8));
      return new InputStreamReader(new SequenceInputStream(begin, rest), StandardCharsets.UTF_8);
    };
  }

  private static boolean whole(Path path) throws IOException {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        && good(path, text -> true).isPresent();
  }

  private static boolean sealed(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      return Sealed.end(file) >= 0;
    }
  }

  private static Path aside(Path path) {
    String name = path.getFileName() + ".damaged-" + Instant.now().getEpochSecond();
    Path aside = path.resolveSibling(name);
    for (int i = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); i++) {
      aside = path.resolveSibling(name + "-" + i);
    }
    return aside;
  }

  static Path backup(Path path) {
    return path.resolveSibling(path.getFileName() + ".bak");
  }

  /** Replaces it, durably; what was good before becomes the copy. */
  static void replace(Path path, String jsonObject) throws IOException {
    byte[][] sealed = Sealed.seal(jsonObject);
    replaceBy(path, Durable.temporary(path, sealed[0], sealed[1], new byte[] {'\n'}));
  }

  /** The same with a document that is written part by part. */
  static void replace(Path path, List<String> parts) throws IOException {
    replaceBy(path, Durable.temporary(path, () -> new Sealed.Pieces(parts)));
  }

  private static void replaceBy(Path path, Path temporary) throws IOException {
    keepPrevious(path);
    Durable.rename(temporary, path);
  }

  /**
   * By a second name for the same file, so that there is a good one under its name all the time.
   */
  private static void keepPrevious(Path path) throws IOException {
    if (!whole(path)) {
      return;
    }
    Path link = path.resolveSibling(path.getFileName() + ".bak" + Durable.TEMPORARY);
    Files.deleteIfExists(link);
    try {
      Files.createLink(link, path);
      Durable.rename(link, backup(path));
    } catch (UnsupportedOperationException | FileSystemException e) {
      // No second names on this file system: for an instant there is only the copy.
      Durable.rename(path, backup(path));
    } finally {
      // Renaming onto another name of the same file does nothing, and leaves this one.
      Files.deleteIfExists(link);
    }
  }
}
