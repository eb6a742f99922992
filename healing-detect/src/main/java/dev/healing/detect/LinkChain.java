package dev.healing.detect;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** Where a link leads, by way of others, on a host that may lie under another root. */
final class LinkChain {
  /** As for the kernel (path_resolution(7)). */
  private static final int MOST_LINKS = 40;

  private LinkChain() {}

  /**
   * What is not there to which the link leads in the end; absent if it is there, or there is no
   * such link.
   *
   * @throws IOException if that cannot be told
   */
  static Optional<String> missing(HostFiles files, String link) throws IOException {
    Path place = files.path(link);
    if (!Files.isSymbolicLink(place)) {
      return Optional.empty();
    }
    for (int hops = 0; hops < MOST_LINKS; hops++) {
      try {
        if (!Files.readAttributes(place, BasicFileAttributes.class, NOFOLLOW_LINKS)
            .isSymbolicLink()) {
          return Optional.empty();
        }
      } catch (NoSuchFileException e) {
        return Optional.of(files.name(place));
      }
      Path target = Files.readSymbolicLink(place);
      place =
          target.isAbsolute()
              ? files.path(target.toString())
              : place.resolveSibling(target).normalize();
    }
    throw new IOException(link + " leads through more than " + MOST_LINKS + " links");
  }
}
