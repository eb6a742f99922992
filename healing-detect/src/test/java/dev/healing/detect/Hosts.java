package dev.healing.detect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

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
}
