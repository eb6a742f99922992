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
import java.time.Instant;
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
 * directory that we opened. Mount points and other devices are not entered. Only regular files with
 * one name are offered.
 */
final class SafeTree {
  private static final int DEEPEST = 64;

  /**
   * What is left alone.
   *
   * @param olderThan files changed at or after this instant
   * @param excluded directories and files, by the host's name: mount points and what others own
   * @param open files that some process has open, by file key
   */
  record Spared(Instant olderThan, Set<String> excluded, Set<Object> open) {}

  /** A file that may go. */
  record Found(
      SecureDirectoryStream<Path> directory,
      Path name,
      Path full,
      BasicFileAttributes seen,
      Manifest.Identity identity) {
    /** Deletes it if it is still what was seen. */
    boolean delete() throws IOException {
      BasicFileAttributes now = attributes(directory, name);
      boolean same =
          Objects.equals(now.fileKey(), seen.fileKey())
              && now.lastModifiedTime().equals(seen.lastModifiedTime())
              && now.size() == seen.size()
              && now.isRegularFile();
      if (same) {
        directory.deleteFile(name);
      }
      return same;
    }
  }

  /** Is offered each file. */
  interface Visitor {
    /** Returns false to end the walk. */
    boolean visit(Found file) throws IOException;
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
   * @throws RefusedException if it is no directory, or reached through a link
   */
  static String identity(HostFiles files, Path root) {
    try (SecureDirectoryStream<Path> opened = open(files.path(root.toString()))) {
      return key(opened);
    } catch (IOException e) {
      throw notSafe(root, e);
    }
  }

  /**
   * Offers all old files under the root, or those up to where the visitor ends it.
   *
   * @throws RefusedException if the root is no directory, or reached through a link
   */
  void walk(Path root, Visitor visitor) {
    Path full = files.path(root.toString());
    try (SecureDirectoryStream<Path> opened = open(full)) {
      walk(opened, full, device(key(opened)), 0, visitor);
    } catch (IOException e) {
      throw notSafe(root, e);
    }
  }

  /** Directories that could not be read, or lie too deep, in the walks so far. */
  int unseen() {
    return unseen;
  }

  private boolean walk(
      SecureDirectoryStream<Path> directory, Path full, String device, int depth, Visitor visitor)
      throws IOException {
    try {
      for (Path entry : directory) {
        Path name = Objects.requireNonNull(entry.getFileName());
        if (!offer(directory, name, full.resolve(name), device, depth, visitor)) {
          return false;
        }
      }
    } catch (DirectoryIteratorException e) {
      unseen++;
    }
    return true;
  }

  private boolean offer(
      SecureDirectoryStream<Path> directory,
      Path name,
      Path full,
      String device,
      int depth,
      Visitor visitor) {
    try {
      BasicFileAttributes seen = attributes(directory, name);
      boolean excluded = spared.excluded().contains(files.name(full));
      if (seen.isDirectory()) {
        return excluded || descend(directory, name, full, device, depth, visitor);
      }
      if (excluded || !mayGo(seen)) {
        return true;
      }
      Optional<Manifest.Identity> identity = identity(seen, full);
      return identity.isEmpty()
          || visitor.visit(new Found(directory, name, full, seen, identity.get()));
    } catch (IOException e) {
      // Gone, swapped or forbidden since it was listed: left alone, the walk goes on.
      return true;
    }
  }

  private boolean descend(
      SecureDirectoryStream<Path> directory,
      Path name,
      Path full,
      String device,
      int depth,
      Visitor visitor)
      throws IOException {
    if (depth >= DEEPEST) {
      unseen++;
      return true;
    }
    try (SecureDirectoryStream<Path> child = directory.newDirectoryStream(name, NOFOLLOW_LINKS)) {
      return !device(key(child)).equals(device) || walk(child, full, device, depth + 1, visitor);
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      unseen++;
      return true;
    }
  }

  private boolean mayGo(BasicFileAttributes seen) {
    return seen.isRegularFile()
        && seen.lastModifiedTime().toInstant().isBefore(spared.olderThan())
        && !spared.open().contains(seen.fileKey());
  }

  /**
   * Which file it is; empty if it has other names too. These numbers can only be asked for by path;
   * the file key of the same answer proves that it is about the file in the open directory.
   */
  private static Optional<Manifest.Identity> identity(BasicFileAttributes seen, Path full)
      throws IOException {
    Map<String, Object> byPath =
        Files.readAttributes(full, "unix:nlink,fileKey,dev,ino,ctime", NOFOLLOW_LINKS);
    if (!Objects.equals(byPath.get("fileKey"), seen.fileKey())
        || !Integer.valueOf(1).equals(byPath.get("nlink"))) {
      return Optional.empty();
    }
    return Optional.of(
        new Manifest.Identity(
            (Long) Objects.requireNonNull(byPath.get("dev")),
            (Long) Objects.requireNonNull(byPath.get("ino")),
            seen.size(),
            seen.lastModifiedTime().to(TimeUnit.NANOSECONDS),
            ((FileTime) Objects.requireNonNull(byPath.get("ctime"))).to(TimeUnit.NANOSECONDS)));
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

  /** The JDK shows a file key as {@code (dev=…,ino=…)} and has no other way to the device here. */
  static String device(String key) {
    return key.substring(0, key.indexOf(','));
  }

  private static RefusedException notSafe(Path root, IOException e) {
    return new RefusedException(
        root + ": expected a directory that no link leads to; name the real one in roots: " + e);
  }
}
