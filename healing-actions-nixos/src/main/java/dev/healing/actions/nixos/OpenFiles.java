package dev.healing.actions.nixos;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/** The files that processes have open; whose descriptors we may not see is not known. */
final class OpenFiles {
  private OpenFiles() {}

  /**
   * Their file keys: device and inode.
   *
   * @throws RefusedException if the processes cannot be listed
   */
  static Set<Object> keys(HostFiles files) {
    Set<Object> keys = new HashSet<>();
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(files.path("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        addOf(process.resolve("fd"), keys);
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new RefusedException(
          "/proc cannot be listed, so nobody knows which files are open; nothing is deleted: " + e);
    }
    return keys;
  }

  private static void addOf(Path descriptors, Set<Object> keys) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : open) {
        add(descriptor, keys);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The process has ended, or is not ours to look into.
    }
  }

  private static void add(Path descriptor, Set<Object> keys) {
    try {
      if (Files.readSymbolicLink(descriptor).isAbsolute()) {
        BasicFileAttributes of = Files.readAttributes(descriptor, BasicFileAttributes.class);
        if (of.isRegularFile() && of.fileKey() != null) {
          keys.add(of.fileKey());
        }
      }
    } catch (IOException e) {
      // Closed meanwhile.
    }
  }
}
