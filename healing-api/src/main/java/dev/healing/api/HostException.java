package dev.healing.api;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** The host did not do what it was asked: a file, command, process or bus failed. */
public final class HostException extends HealingException {
  private static final long serialVersionUID = 1L;

  /** With the reason, for a person. */
  public HostException(String message) {
    super(message);
  }

  /** With the reason and what it came from. */
  public HostException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Why a file could not be read, written or looked at, in words: without names of Java, and
   * without the path, which whoever says it has said.
   */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "this user may not";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "it is there already";
    }
    if (e instanceof NotDirectoryException) {
      return "it is no directory";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "it is not empty";
    }
    if (e instanceof CharacterCodingException) {
      return "it is no text in UTF-8";
    }
    if (e instanceof EOFException) {
      return "it ends where there should be more";
    }
    if (e instanceof ClosedByInterruptException) {
      return "it was interrupted";
    }
    if (e instanceof ClosedChannelException) {
      return "it was closed meanwhile";
    }
    String said = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return said == null || said.isBlank() ? "the system does not say why" : said;
  }

  private HostException(String message, boolean whereThrown) {
    super(message, whereThrown);
  }

  /**
   * With the reason and no stack trace, which takes longer than most questions: of a host that is
   * known to lack what it is asked for again and again.
   */
  public static HostException lacking(String message) {
    return new HostException(message, false);
  }
}
