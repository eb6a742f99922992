package dev.healing.actions.nixos;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that are in use: open or mapped by a process, behind a loop device, or swapped to. Of a
 * process that we may not look into, nothing is known.
 */
final class OpenFiles {
  private static final Pattern MAPPED =
      Pattern.compile("(?m)^\\S+ \\S+ \\S+ \\S+ [1-9]\\d* +(/.+)$");
  private static final Pattern SWAP = Pattern.compile("(?m)^(/\\S+)\\s+file\\s");

  private final HostFiles files;
  private final Set<Object> keys = new HashSet<>();

  private OpenFiles(HostFiles files) {
    this.files = files;
  }

  /**
   * Their file keys: device and inode.
   *
   * @throws RefusedException if the processes cannot be listed
   */
  static Set<Object> keys(HostFiles files) {
    OpenFiles open = new OpenFiles(files);
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(files.path("/proc"), "[0-9]*")) {
      Set<String> mapped = new HashSet<>();
      for (Path process : processes) {
        open.addDescriptors(process.resolve("fd"));
        open.find(MAPPED, files.name(process) + "/maps", mapped);
      }
      open.find(SWAP, "/proc/swaps", mapped);
      mapped.forEach(open::add);
    } catch (IOException | DirectoryIteratorException e) {
      throw new RefusedException(
          "/proc cannot be listed, so nobody knows which files are open; nothing is deleted: " + e);
    }
    open.addLoops();
    return open.keys;
  }

  private void addDescriptors(Path descriptors) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : open) {
        add(descriptor);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The process has ended, or is not ours to look into.
    }
  }

  /** A loop device holds its file as the kernel does, not as a process. */
  private void addLoops() {
    try (DirectoryStream<Path> loops =
        Files.newDirectoryStream(files.path("/sys/block"), "loop*")) {
      for (Path loop : loops) {
        files.read(files.name(loop) + "/loop/backing_file").map(String::strip).ifPresent(this::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No block devices, as in a container: no loops.
    }
  }

  private void find(Pattern pattern, String file, Set<String> names) {
    try {
      Matcher line = pattern.matcher(files.read(file).orElse(""));
      while (line.find()) {
        names.add(line.group(1));
      }
    } catch (HostException e) {
      // The process has ended, or is not ours to look into.
    }
  }

  private void add(String name) {
    try {
      addKey(files.path(name));
    } catch (InvalidPathException | HostException | IOException e) {
      // A name of another name space, or of a file that is gone.
    }
  }

  private void add(Path descriptor) {
    try {
      if (Files.readSymbolicLink(descriptor).isAbsolute()) {
        addKey(descriptor);
      }
    } catch (IOException e) {
      // Closed meanwhile.
    }
  }

  private void addKey(Path path) throws IOException {
    BasicFileAttributes of = Files.readAttributes(path, BasicFileAttributes.class);
    if (of.isRegularFile() && of.fileKey() != null) {
      keys.add(of.fileKey());
    }
  }
}
