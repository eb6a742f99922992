package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
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

  /**
   * What is left alone.
   *
   * @param fromNanos files that were changed then or later, since the epoch
   * @param excluded directories and files: mount points and what others own
   * @param open files that somebody has open, and directories that somebody has locked, by file key
   * @param newest so many of each directory, the youngest first, of those that were last changed by
   *     {@code knownNanos}: what came later takes nobody's place
   * @param knownNanos since the epoch
   * @param rotatedOnly whether in directories of logs all but what was rotated is left alone
   * @param tmpfiles what is left alone in temporary directories, where who reads a file keeps it
   */
  record Rule(
      long fromNanos,
      Set<Path> excluded,
      Set<Object> open,
      int newest,
      long knownNanos,
      boolean rotatedOnly,
      Tmpfiles tmpfiles) {
    /** The same, but what was changed then or later is left alone. */
    Rule from(long nanos) {
      return new Rule(nanos, excluded, open, newest, knownNanos, rotatedOnly, tmpfiles);
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

  /** Is led through the tree, by several threads at once, each in a directory of its own. */
  interface Visitor {
    /** Comes into a directory. */
    Visit enter(Directory directory);
  }

  /** To one directory. */
  interface Visit {
    /** Is offered a file of it. Returns false to end the walk. */
    boolean file(FoundFile file) throws IOException;

    /** Goes back to the one above; also when the walk ends. */
    default void leave() {}
  }

  private final HostFiles files;
  private final Workers workers;
  private final Holes holes;
  private final Rule rule;
  private int unseen;

  SafeTree(HostFiles files, Workers workers, Holes holes, Rule rule) {
    this.files = files;
    this.workers = workers;
    this.holes = holes;
    this.rule = rule;
  }

  /**
   * Which directory the root is: device and inode.
   *
   * @throws RefusedException if it is no directory, is reached through a link, or everybody may
   *     rename what is in it
   */
  static String identity(HostFiles files, Path root) {
    Path full = files.path(root.toString());
    try (SecureDirectoryStream<Path> opened = Directories.open(full)) {
      PosixFileAttributes own = Directories.attributes(opened);
      Checks.require(
          !Directories.anybodyRenames(own, full),
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
    try (SecureDirectoryStream<Path> opened = Directories.open(full)) {
      PosixFileAttributes own = Directories.attributes(opened);
      long blockBytes =
          Math.max(1, Math.min(LARGEST_BLOCK, Files.getFileStore(full).getBlockSize()));
      if (rule.open().contains(own.fileKey()) || rule.tmpfiles().exclude(full)) {
        unseen++;
        return;
      }
      Directory root = new Directory(opened, full, own.fileKey(), blockBytes, 0);
      TreeWalk walk = new TreeWalk(rule, holes, root, visitor);
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

  private static RefusedException notSafe(Path root, IOException e) {
    return new RefusedException(
        root + ": expected a directory that no link leads to; name the real one in roots: " + e);
  }
}
