package dev.healing.core.host;

import dev.healing.spi.StateStore.Document;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A document: one JSON object with its checksum, and beside it the copy before.
 *
 * <p>One without a checksum is taken as written by a person if it is a whole JSON object, and gets
 * its checksum when it is next replaced. A person who edits one removes its {@code crc}; one that
 * does not fit is damage.
 */
final class DocumentFile {
  /** With a larger one no memory would be left for what it says. */
  private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 3;

  private DocumentFile() {}

  /**
   * Reads it, or else the copy before it, and says so.
   *
   * @param setAside whether one that is damaged is given another name
   */
  static Document read(Path path, boolean setAside) throws IOException {
    Path backup = backup(path);
    String problem;
    if (tooLarge(path)) {
      problem =
          path
              + " has "
              + Files.size(path)
              + " bytes: expected at most "
              + MOST_BYTES
              + ", a third of the memory that this process may use";
    } else {
      Optional<byte[]> bytes = Durable.read(path);
      if (bytes.isEmpty()) {
        return Files.exists(backup, LinkOption.NOFOLLOW_LINKS)
            ? fallBack(backup, path + " is missing")
            : new Document(Optional.empty(), Optional.empty());
      }
      Optional<String> good = good(bytes.get());
      if (good.isPresent()) {
        return new Document(good, Optional.empty());
      }
      problem = path + " is damaged: its checksum does not fit";
    }
    if (setAside) {
      Path aside = aside(path);
      Durable.rename(path, aside);
      problem += "; it was set aside as " + aside.getFileName();
    }
    return fallBack(backup, problem);
  }

  private static Document fallBack(Path backup, String problem) throws IOException {
    Optional<String> good = readGood(backup);
    return new Document(
        good,
        Optional.of(
            problem
                + (good.isPresent()
                    ? "; the copy before it is used (" + backup.getFileName() + ")"
                    : "; there is no good copy: it starts empty")));
  }

  private static Optional<String> readGood(Path path) throws IOException {
    return tooLarge(path) ? Optional.empty() : Durable.read(path).flatMap(DocumentFile::good);
  }

  /** The copy before it, if that is good. */
  static Optional<String> copyBefore(Path path) throws IOException {
    return readGood(backup(path));
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

  private static Optional<String> good(byte[] bytes) {
    return Sealed.unseal(bytes, 0, length(bytes)).or(() -> handWritten(bytes));
  }

  private static Optional<String> handWritten(byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != '{' && !Character.isWhitespace(bytes[0])) {
      return Optional.empty(); // without a copy of what may be large
    }
    return Optional.of(new String(bytes, StandardCharsets.UTF_8).strip())
        .filter(Sealed::handWritten);
  }

  private static boolean whole(Path path) throws IOException {
    return sealed(path)
        || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
            && size(path) <= MOST_BYTES
            && Durable.read(path).flatMap(DocumentFile::handWritten).isPresent();
  }

  private static boolean sealed(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      return Sealed.fits(file);
    }
  }

  /** Without blanks at its end. */
  private static int length(byte[] bytes) {
    int length = bytes.length;
    while (length > 0 && Character.isWhitespace(bytes[length - 1])) {
      length--;
    }
    return length;
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
