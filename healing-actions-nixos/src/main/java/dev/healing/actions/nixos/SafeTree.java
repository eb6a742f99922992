package dev.healing.actions.nixos;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Workers;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Walks the old files under a root such that nobody who can write there leads us out of it.
 *
 * <p>Every directory, from the top of the name space down, is opened relative to the one above it
 * that is already open, and never through a link; files are looked at and deleted relative to their
 * open directory. Who swaps a directory for a link meanwhile gains nothing: we are still in the
 * directory that we opened. Mount points, other devices, and directories in which anybody may
 * rename what is not his are not entered. Only regular files with one name are offered. Nothing is
 * remembered of what was passed: a tree of any size takes the same memory.
 */
final class SafeTree {
  private static final long LARGEST_BLOCK = 4096; // a network may say what it likes to send

  /** Keeps others from renaming what is in a directory; marks a file as to be kept. */
  static final int STICKY = 01000;

  /**
   * What is left alone.
   *
   * @param fromNanos files that were changed then or later, since the epoch
   * @param excluded directories and files: mount points and what others own
   * @param open files that somebody has open, by file key
   * @param newest so many of each directory, the youngest first, of those that were last changed by
   *     {@code knownNanos}: what came later takes nobody's place
   * @param knownNanos since the epoch
   */
  record Spared(long fromNanos, Set<Path> excluded, Set<Object> open, int newest, long knownNanos) {
    /** The same, but what was changed then or later is left alone. */
    Spared from(long nanos) {
      return new Spared(nanos, excluded, open, newest, knownNanos);
    }
  }

  /**
   * An open directory on the way.
   *
   * @param key device and inode
   * @param blockBytes in which its file system gives room
   * @param depth below the root
   */
  record Directory(
      SecureDirectoryStream<Path> stream, Path full, Object key, long blockBytes, int depth) {}

  /**
   * A file that may go.
   *
   * @param changedNanos when its content, its name or anything about it last changed, since the
   *     epoch: nobody can date that back
   * @param disposable whether it has no second name, and no sticky bit, by which a file is marked
   *     to be kept, and is not what marks a directory as disposable
   */
  record Found(
      Directory in,
      Path name,
      Object key,
      long size,
      FileTime modified,
      long changedNanos,
      boolean disposable) {
    /** What it takes: whole blocks, as if it had neither holes nor shared any. */
    long onDiskBytes() {
      long block = in.blockBytes();
      return (size + block - 1) / block * block;
    }

    /** Deletes it if what has this name in the open directory is still that file, unchanged. */
    boolean delete() throws IOException {
      BasicFileAttributes now = attributes(in.stream(), name);
      boolean same =
          key.equals(now.fileKey())
              && now.lastModifiedTime().equals(modified)
              && now.size() == size
              && now.isRegularFile();
      if (same) {
        in.stream().deleteFile(name);
      }
      return same;
    }
  }

  /** Is led through the tree, by several threads at once, each in a directory of its own. */
  interface Visitor {
    /** Comes into a directory. */
    Visit enter(Directory directory);
  }

  /** To one directory. */
  interface Visit {
    /** Is offered a file of it. Returns false to end the walk. */
    boolean file(Found file) throws IOException;

    /** Goes back to the one above; also when the walk ends. */
    default void leave() {}
  }

  private final HostFiles files;
  private final Workers workers;
  private final Spared spared;
  private int unseen;

  SafeTree(HostFiles files, Workers workers, Spared spared) {
    this.files = files;
    this.workers = workers;
    this.spared = spared;
  }

  /**
   * Which directory the root is: device and inode.
   *
   * @throws RefusedException if it is no directory, is reached through a link, or everybody may
   *     rename what is in it
   */
  static String identity(HostFiles files, Path root) {
    Path full = files.path(root.toString());
    try (SecureDirectoryStream<Path> opened = open(full)) {
      PosixFileAttributes own = attributes(opened);
      Checks.require(
          !anybodyRenames(own, full),
          root
              + ": everybody may write there and rename what is not his; expected the sticky bit"
              + " (chmod +t) or no right for others to write (chmod o-w)");
      return String.valueOf(own.fileKey());
    } catch (IOException e) {
      throw notSafe(root, e);
    }
  }

  /**
   * Offers all old files under the root, or those up to where the visitor ends it.
   *
   * @throws RefusedException if the root is no directory, or reached through a link
   */
  void walk(Path top, Visitor visitor) {
    Path full = files.path(top.toString());
    try (SecureDirectoryStream<Path> opened = open(full)) {
      PosixFileAttributes own = attributes(opened);
      long blockBytes =
          Math.max(1, Math.min(LARGEST_BLOCK, Files.getFileStore(full).getBlockSize()));
      Directory root = new Directory(opened, full, own.fileKey(), blockBytes, 0);
      TreeWalk walk = new TreeWalk(spared, root, visitor);
      workers.together("walk " + top, walk::takePart);
      unseen += walk.unseen();
    } catch (IOException e) {
      throw notSafe(top, e);
    }
  }

  /** Directories that could not be read or were not safe to enter, in the walks so far. */
  int unseen() {
    return unseen;
  }

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
  static SecureDirectoryStream<Path> open(Path absolute) throws IOException {
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
  static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    return directory
        .getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** Which directory it is: device and inode. */
  static String key(SecureDirectoryStream<Path> directory) throws IOException {
    BasicFileAttributes own =
        directory.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
    return String.valueOf(own.fileKey());
  }

  static PosixFileAttributes attributes(SecureDirectoryStream<Path> directory) throws IOException {
    return directory.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  /** The JDK shows a file key as {@code (dev=…,ino=…)} and has no other way to the device here. */
  static String device(Object key) {
    String text = key.toString();
    return text.substring(0, text.indexOf(','));
  }

  private static RefusedException notSafe(Path root, IOException e) {
    return new RefusedException(
        root + ": expected a directory that no link leads to; name the real one in roots: " + e);
  }
}
