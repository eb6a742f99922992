package dev.healing.detect;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The profile that says which generation of a NixOS system is the current one.
 *
 * @param generation its number
 * @param switchedAt when the link was made: Nix never changes it, but replaces it
 */
record SystemProfile(long generation, Instant switchedAt) {
  static final String LINK = "/nix/var/nix/profiles/system";
  static final String RUNNING = "/run/current-system";
  static final String BOOTED = "/run/booted-system";
  private static final Duration ABSENT_FOR = Duration.ofMinutes(1);
  private static final Pattern GENERATION = Pattern.compile("system-(\\d{1,9})-link");

  /**
   * Reads it at every look; where there is none, which no look changes, once a minute. Throws a
   * {@link HostException} if it cannot be read.
   */
  static Seldom<Optional<SystemProfile>> watched(HostContext context) {
    return new Seldom<>(
        context.time(),
        ABSENT_FOR,
        Optional::isPresent,
        () -> {
          try {
            return read(context.files());
          } catch (IOException e) {
            throw new HostException(String.valueOf(e.getMessage()), e);
          }
        });
  }

  /** Absent where there is no such profile. */
  static Optional<SystemProfile> read(HostFiles files) throws IOException {
    Path link = files.path(LINK);
    // Without exceptions, which cost most of this on a host without Nix.
    boolean nowhere = !link.resolveSibling("").toFile().isDirectory();
    if (nowhere || !Files.exists(link, NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isSymbolicLink(link)) {
      throw new IOException(LINK + " is no link: expected one to system-N-link");
    }
    Path target = Files.readSymbolicLink(link);
    OptionalLong generation = generation(target);
    if (generation.isEmpty()) {
      throw new IOException(LINK + " points to " + target + ": expected system-N-link");
    }
    Instant switchedAt = Files.getLastModifiedTime(link, NOFOLLOW_LINKS).toInstant();
    return Optional.of(new SystemProfile(generation.getAsLong(), switchedAt));
  }

  /** The newest generation with a lower number that is still there. */
  OptionalLong earlier(HostFiles files) throws IOException {
    return LongStream.of(generations(files)).filter(number -> number < generation).max();
  }

  /** All that have a link, the oldest first. */
  static long[] generations(HostFiles files) throws IOException {
    Path directory = files.path(LINK).resolveSibling("");
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(SystemProfile::generation)
          .flatMapToLong(OptionalLong::stream)
          .sorted()
          .toArray();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Its link, which leads into the store. */
  String link() {
    return link(generation);
  }

  static String link(long generation) {
    return LINK + "-" + generation + "-link";
  }

  /** What a link names; absent if there is none. */
  static Optional<String> leadsTo(HostFiles files, String link) throws IOException {
    Path path = files.path(link);
    return Files.isSymbolicLink(path)
        ? Optional.of(Files.readSymbolicLink(path).toString())
        : Optional.empty();
  }

  private static OptionalLong generation(Path path) {
    Matcher matcher = GENERATION.matcher(String.valueOf(path.getFileName()));
    return matcher.matches() ? Numbers.whole(matcher.group(1)) : OptionalLong.empty();
  }
}
