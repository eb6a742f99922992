package dev.healing.actions.nixos.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Objects;

/**
 * Directories that are opened one from the other, so that who swaps one for a link meanwhile gains
 * nothing, and what can be asked about and in an open one. Whoever deletes files of others works in
 * such a directory.
 */
public final class Directories {
  /** Keeps others from renaming what is in a directory; marks a file as to be kept. */
  static final int STICKY = 01000;

  private Directories() {}

  /**
   * Whether others may write there, without the sticky bit that keeps them from renaming what is
   * not theirs. The JDK tells that bit by path only; the file key proves that it is the same one.
   */
  static boolean anybodyRenames(PosixFileAttributes own, Path full) throws IOException {
    if (!own.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      return false;
    }
    Map<String, Object> byPath = Files.readAttributes(full, "unix:fileKey,mode", NOFOLLOW_LINKS);
    return !own.fileKey().equals(byPath.get("fileKey"))
        || ((Integer) Objects.requireNonNull(byPath.get("mode")) & STICKY) == 0;
  }

  /** Opens a directory, no part of whose path is a link. */
  public static SecureDirectoryStream<Path> open(Path absolute) throws IOException {
    SecureDirectoryStream<Path> here = secure(Path.of("/"));
    for (Path part : absolute) {
      try (SecureDirectoryStream<Path> above = here) {
        here = above.newDirectoryStream(part, NOFOLLOW_LINKS);
      }
    }
    return here;
  }

  private static SecureDirectoryStream<Path> secure(Path top) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(top);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("this platform cannot open directories relative to each other");
  }

  /** Of the entry itself, also if it is a link. */
  public static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    return directory
        .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** Which directory it is: device and inode. */
  public static String key(SecureDirectoryStream<Path> directory) throws IOException {
    BasicFileAttributes own =
        directory.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
    return String.valueOf(own.fileKey());
  }

  static PosixFileAttributes attributes(SecureDirectoryStream<Path> directory) throws IOException {
    return directory.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  /** The JDK shows a file key as {@code (dev=…,ino=…)} and has no other way to the device here. */
  public static String device(Object key) {
    String text = key.toString();
    return text.substring(0, text.indexOf(','));
  }
}
