package dev.healing.detect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** The captured hosts. */
final class Hosts {
  private Hosts() {}

  /** The fixture tree of this name. */
  static Path tree(String name) {
    try {
      return Path.of(Hosts.class.getResource("/hosts/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file of it. */
  static String text(String name, String file) {
    try {
      return Files.readString(tree(name).resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies the tree of this name, so that a test may change it. */
  static void copy(String name, Path to) throws IOException {
    Path tree = tree(name);
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(tree.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
