package dev.healing.runner.series;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is there when it is complete, and until then what was there before. */
public final class ScoreFile implements AutoCloseable {
  private final Path target;
  private final Path unfinished;
  private final BufferedWriter writer;

  /**
   * Begins it, with the directories that it needs.
   *
   * @throws HealingException if it cannot be written there
   */
  public ScoreFile(Path target) {
    this.target = target;
    unfinished = target.resolveSibling("." + target.getFileName() + ".unfinished");
    try {
      Files.createDirectories(target.getParent());
      Files.deleteIfExists(unfinished);
      writer =
          Files.newBufferedWriter(
              unfinished, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Adds a line. */
  public void line(String text) {
    try {
      writer.write(text);
      writer.write('\n');
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** All of it was added: now it is there. */
  public void complete() {
    try {
      writer.close();
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private HealingException unwritable(IOException e) {
    return new HealingException(
        target
            + " cannot be written ("
            + HostException.reason(e)
            + "): choose another --out, or make room",
        e);
  }

  /** Leaves nothing behind of what was not completed. */
  @Override
  public void close() {
    try {
      try {
        writer.close(); // it fails once more where a line could not be written
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }
}
