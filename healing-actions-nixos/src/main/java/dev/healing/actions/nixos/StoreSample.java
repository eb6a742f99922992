package dev.healing.actions.nixos;

import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What store paths take on disk, from walking them until so many files were seen. Their names begin
 * with a hash, so the first of them in order are a random sample of all.
 *
 * @param paths how many there are
 * @param walked how many of them were walked
 * @param files regular files in those
 * @param freedBytes that come back if all of the walked are deleted, blocks of 4 KiB: without files
 *     that something else in the store is linked with
 * @param unlinkedBytes of files that have no second name: those that optimising has not seen
 */
record StoreSample(int paths, int walked, long files, long freedBytes, long unlinkedBytes) {
  private static final long BLOCK = 4096;

  /** Of these paths; what cannot be read in them is not counted. */
  static StoreSample of(HostFiles files, Collection<String> paths, int mostFiles) {
    Walk walk = new Walk();
    int walked = 0;
    List<String> inOrder = paths.stream().sorted().toList();
    for (String path : inOrder) {
      if (walk.files >= mostFiles) {
        break;
      }
      try {
        Files.walkFileTree(files.path(path), walk);
      } catch (IOException e) {
        // It went away, or is not ours to read: not counted.
      }
      walked++;
    }
    return new StoreSample(
        inOrder.size(), walked, walk.files, walk.freedBytes(), walk.unlinkedBytes);
  }

  /** Whether all of them were walked, so that nothing is estimated. */
  boolean complete() {
    return walked == paths;
  }

  /** From the walked to all. */
  long ofAll(long bytesOfWalked) {
    return walked == 0 ? 0 : Math.round((double) bytesOfWalked / walked * paths);
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Map<Long, long[]> linked = new HashMap<>();
    private long files;
    private long unlinkedBytes;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes basic) throws IOException {
      if (!basic.isRegularFile()) {
        return FileVisitResult.CONTINUE;
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
      return FileVisitResult.CONTINUE;
    }

    private static long number(Map<String, Object> attributes, String name) {
      return ((Number) Objects.requireNonNull(attributes.get(name))).longValue();
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
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
