package dev.healing.actions.nixos;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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
  private static final int DEEPEST = 64;
  private static final long LARGEST_BLOCK = 4096; // a network may say what it likes to send
  private static final int STICKY = 01000;
  private static final int KIND = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final String ASKED = "unix:fileKey,mode,nlink,size,lastModifiedTime,ctime";

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
   */
  record Directory(SecureDirectoryStream<Path> stream, Path full, Object key, long blockBytes) {}

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

  /** Is led through the tree. */
  interface Visitor {
    /** Comes into a directory. */
    default void enter(Directory directory) {}

    /** Is offered a file of the directory that it is in. Returns false to end the walk. */
    boolean visit(Found file) throws IOException;

    /** Goes back to the one above; also when the walk ends. */
    default void leave() {}
  }

  private final HostFiles files;
  private final Spared spared;
  private int unseen;

  SafeTree(HostFiles files, Spared spared) {
    this.files = files;
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
      Directory root = new Directory(opened, full, own.fileKey(), blockBytes);
      walk(root, device(own.fileKey()), 0, visitor);
    } catch (IOException e) {
      throw notSafe(top, e);
    }
  }

  /** Directories that could not be read or were not safe to enter, in the walks so far. */
  int unseen() {
    return unseen;
  }

  private boolean walk(Directory here, Object device, int depth, Visitor visitor) {
    Newest newest = new Newest(spared.newest());
    visitor.enter(here);
    try {
      for (Path entry : here.stream()) {
        Path name = Objects.requireNonNull(entry.getFileName());
        if (!step(here, name, device, depth, newest, visitor)) {
          return false;
        }
      }
    } catch (DirectoryIteratorException e) {
      unseen++;
    } finally {
      visitor.leave();
    }
    return true;
  }

  /**
   * One entry. What only can be asked for by path may be about something else if somebody swaps
   * directories: {@link Found#delete} asks in the open directory, and a directory is opened there.
   */
  private boolean step(
      Directory here, Path name, Object device, int depth, Newest newest, Visitor visitor) {
    Path full = here.full().resolve(name);
    try {
      if (spared.excluded().contains(full)) {
        return true; // not even looked at: a mount whose server is gone would never answer
      }
      Map<String, Object> seen = Files.readAttributes(full, ASKED, NOFOLLOW_LINKS);
      int kind = (Integer) known(seen, "mode") & KIND;
      if (kind == DIRECTORY) {
        return descend(here, name, full, device, depth, visitor);
      }
      if (kind != REGULAR) {
        return true;
      }
      // Of the files so far, the one that is not, or no longer, among the newest.
      Found file = found(here, name, seen);
      Optional<Found> next =
          file.changedNanos() > spared.knownNanos() ? Optional.empty() : newest.push(file);
      return next.filter(this::mayGo).isEmpty() || visitor.visit(next.get());
    } catch (IOException e) {
      // Gone, swapped or forbidden since it was listed: left alone, the walk goes on.
      return true;
    }
  }

  private boolean descend(
      Directory above, Path name, Path full, Object device, int depth, Visitor visitor)
      throws IOException {
    if (depth >= DEEPEST) {
      unseen++;
      return true;
    }
    try (SecureDirectoryStream<Path> child =
        above.stream().newDirectoryStream(name, NOFOLLOW_LINKS)) {
      PosixFileAttributes own = attributes(child);
      if (!device(own.fileKey()).equals(device)) {
        return true;
      }
      if (anybodyRenames(own, full)) {
        unseen++;
        return true;
      }
      Directory below = new Directory(child, full, own.fileKey(), above.blockBytes());
      return walk(below, device, depth + 1, visitor);
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      unseen++;
      return true;
    }
  }

  private static Found found(Directory in, Path name, Map<String, Object> seen) {
    FileTime modified = (FileTime) known(seen, "lastModifiedTime");
    long modifiedNanos = modified.to(TimeUnit.NANOSECONDS);
    long changedNanos = ((FileTime) known(seen, "ctime")).to(TimeUnit.NANOSECONDS);
    boolean marked = ((Integer) known(seen, "mode") & STICKY) != 0;
    return new Found(
        in,
        name,
        known(seen, "fileKey"),
        (Long) known(seen, "size"),
        modified,
        Math.max(modifiedNanos, changedNanos),
        !marked && !name.equals(Roots.TAG) && known(seen, "nlink").equals(1));
  }

  private static Object known(Map<String, Object> seen, String attribute) {
    return Objects.requireNonNull(seen.get(attribute), attribute);
  }

  private boolean mayGo(Found file) {
    return file.changedNanos() < spared.fromNanos()
        && file.disposable()
        && !spared.open().contains(file.key());
  }

  /**
   * Whether others may write there, without the sticky bit that keeps them from renaming what is
   * not theirs. The JDK tells that bit by path only; the file key proves that it is the same one.
   */
  private static boolean anybodyRenames(PosixFileAttributes own, Path full) throws IOException {
    if (!own.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      return false;
    }
    Map<String, Object> byPath = Files.readAttributes(full, "unix:fileKey,mode", NOFOLLOW_LINKS);
    return !own.fileKey().equals(byPath.get("fileKey"))
        || ((Integer) known(byPath, "mode") & STICKY) == 0;
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

  private static PosixFileAttributes attributes(SecureDirectoryStream<Path> directory)
      throws IOException {
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
