package dev.healing.actions.nixos.nix;

import dev.healing.api.HostException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What store paths take on disk, from walking a sample of them until so many entries were seen.
 *
 * @param paths how many there are
 * @param walked how many of them were walked
 * @param complete whether that is all of each and all there are, so that nothing is estimated
 * @param files regular files in those
 * @param freedBytes that come back if all of the walked are deleted, blocks of 4 KiB: without files
 *     that something else in the store is linked with
 * @param unlinkedBytes of files that have no second name: those that optimising has not seen
 */
record StoreSample(
    int paths, int walked, boolean complete, long files, long freedBytes, long unlinkedBytes) {
  private static final long BLOCK = 4096;

  /**
   * Of these paths; what cannot be read in them is not counted.
   *
   * @param mostEntries files and directories, however many of them lie in one path
   * @throws HostException if it is interrupted
   */
  static StoreSample of(HostFiles files, StorePaths paths, int mostEntries) {
    Walk walk = new Walk(mostEntries);
    int walked = 0;
    for (String path : paths.sample()) {
      if (walk.over()) {
        break;
      }
      try {
        Files.walkFileTree(files.path(path), walk);
      } catch (IOException e) {
        // It went away, or is not ours to read: not counted.
      }
      walked++;
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new HostException("interrupted while it was looked at what store paths take");
    }
    boolean complete = walked == paths.count() && !walk.over();
    return new StoreSample(
        paths.count(), walked, complete, walk.files, walk.freedBytes(), walk.unlinkedBytes);
  }

  /** From the walked to all. */
  long ofAll(long bytesOfWalked) {
    return walked == 0 ? 0 : Math.round((double) bytesOfWalked / walked * paths);
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Map<Long, long[]> linked = new HashMap<>();
    private final int mostEntries;
    private int entries;
    private long files;
    private long unlinkedBytes;

    Walk(int mostEntries) {
      this.mostEntries = mostEntries;
    }

    boolean over() {
      return entries >= mostEntries || Thread.currentThread().isInterrupted();
    }

    private FileVisitResult next() {
      return over() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes basic) {
      entries++;
      return next();
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes basic) throws IOException {
      entries++;
      if (!basic.isRegularFile()) {
        return next();
      }
      files++;
      Map<String, Object> attributes = Files.readAttributes(file, "unix:ino,nlink,size");
      long names = number(attributes, "nlink");
      long bytes = (number(attributes, "size") + BLOCK - 1) / BLOCK * BLOCK;
      if (names == 1) {
        unlinkedBytes += bytes;
      } else {
        linked
            .computeIfAbsent(number(attributes, "ino"), inode -> new long[] {names, bytes, 0})[2]++;
      }
      return next();
    }

    private static long number(Map<String, Object> attributes, String name) {
      return ((Number) Objects.requireNonNull(attributes.get(name))).longValue();
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      entries++;
      return next();
    }

    /** A file goes when no name is left but the one that Nix keeps to link others with. */
    private long freedBytes() {
      return unlinkedBytes
          + linked.values().stream()
              .filter(file -> file[2] >= file[0] - 1)
              .mapToLong(file -> file[1])
              .sum();
    }
  }
}
