package dev.healing.spi;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Durable files of one owner, with checksums. File names only, no paths: up to 50 letters, digits,
 * dots, underscores and hyphens. The files of the engine and of all plugins are in one directory; a
 * plugin reaches its own only, and its kind and name are put before what it calls them ({@code
 * detector.swap_high.NAME}). Methods throw {@link dev.healing.api.HostException} if the disk does
 * not do its part. Safe for several threads.
 */
public interface StateStore {
  /**
   * The lines of an appended file.
   *
   * @param lines that are whole, oldest first. A torn last line is cut.
   * @param damaged what is wrong with others, one text each, naming file and line; empty if all is
   *     well
   */
  record Lines(List<String> lines, List<String> damaged) {
    /** Copies. */
    public Lines {
      lines = List.copyOf(lines);
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * A file that is replaced as a whole.
   *
   * @param content the newest good one
   * @param problem what is wrong: a damaged file was set aside and the copy before it is used
   */
  record Document(Optional<String> content, Optional<String> problem) {}

  /** The text of a document that may be a large part of all memory. */
  @FunctionalInterface
  interface Text {
    /**
     * Begins to read it; again as often as need be, once the one before is closed.
     *
     * @throws IOException if the disk does not do its part
     */
    Reader open() throws IOException;
  }

  /**
   * What somebody made of a document.
   *
   * @param made of the newest good one; absent if there is none
   * @param problem as in {@link Document}
   */
  record Made<T>(Optional<T> made, Optional<String> problem) {}

  /** Where the files are, for messages. */
  String location();

  /**
   * What is wrong with the place as a whole, so that nothing is written there, as far as that can
   * be told without writing. Empty if nothing is known to be.
   */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /** Reads an appended file; no lines if there is none. */
  Lines lines(String file);

  /**
   * The same line by line, for a file that is large beside all memory.
   *
   * @param longest bytes of a line; one that is longer is damaged
   * @param reader is given those that are whole, oldest first
   * @return what is wrong with others, as in {@link Lines}
   */
  default List<String> lines(String file, int longest, Consumer<String> reader) {
    Lines all = lines(file);
    all.lines().forEach(reader);
    return all.damaged();
  }

  /**
   * Appends JSON objects, one per line, durably when it returns: one fsync for all. A checksum is
   * added to each line as its last member {@code crc}, and taken away again when read. Each object
   * is asked for once, in order: it may be put into words only then.
   */
  void append(String file, List<String> jsonObjects);

  /** Replaces an appended file by these lines, atomically and durably. */
  void rewrite(String file, List<String> jsonObjects);

  /** Size of a file in bytes; 0 if there is none. */
  long size(String file);

  /** Reads a document; absent if there is none. A damaged one is set aside by name. */
  Document document(String file);

  /**
   * The same, for a document that is large beside all memory: none of it is kept.
   *
   * @param reader makes something of it; not called if there is no good one. It has no use for this
   *     store meanwhile
   */
  default <T> Made<T> document(String file, Function<Text, T> reader) {
    Document all = document(file);
    return new Made<>(
        all.content().map(text -> reader.apply(() -> new StringReader(text))), all.problem());
  }

  /**
   * Reads the copy before a document likewise: for who finds that the document makes no sense, and
   * may not give it another name. Absent if there is none that is good.
   */
  default <T> Optional<T> copyBefore(String file, Function<Text, T> reader) {
    return Optional.empty();
  }

  /** Replaces a document, a JSON object, atomically and durably; the one before it is kept. */
  void replace(String file, String jsonObject);

  /**
   * The same with a document in parts, one after the other: for one that is a large part of all
   * memory, of which there need be no copy. The first begins with the opening brace of the object,
   * the last ends with its closing one, and there is something in between.
   */
  default void replace(String file, List<String> parts) {
    replace(file, String.join("", parts));
  }

  /**
   * Whether there is a file of this name, whoever wrote it.
   *
   * @throws dev.healing.api.HostException if that cannot be known
   */
  boolean exists(String file);

  /** Content of a small file that people or other programs may have written; no checksum. */
  Optional<String> readPlain(String file);

  /** Writes a small file for people and other programs, atomically and durably. */
  void writePlain(String file, String content);

  /** Removes it, durably; nothing happens if there is none. */
  void delete(String file);

  /** Gives a file another name, replacing what had it, durably. */
  void rename(String file, String to);

  /** A directory of files of bytes beside these files, under the same rules for its name. */
  StateFolder folder(String name);
}
