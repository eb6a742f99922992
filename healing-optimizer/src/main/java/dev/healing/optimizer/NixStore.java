package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What can be read of a Nix store cheaply: names in directories and their times. The two large
 * directories are counted again only when they have changed, since a validator looks every second.
 * Safe for several threads.
 */
final class NixStore {
  private static final String STORE = "/nix/store";
  private static final String LINKS = "/nix/store/.links";
  private static final String PROFILES = "/nix/var/nix/profiles";
  private static final Pattern SYSTEM_GENERATION = Pattern.compile("system-(\\d{1,9})-link");

  private record Counted(Instant modified, OptionalLong count) {}

  private final HostFiles files;
  private final Map<String, Counted> counts = new ConcurrentHashMap<>();

  NixStore(HostFiles files) {
    this.files = files;
  }

  /** The mount point that holds the store, of those that are measured. */
  static Optional<String> mount(HostState state) {
    return state.components(Metric.FILESYSTEM_USED).stream()
        .filter(mount -> Path.of(STORE).startsWith(mount))
        .max(Comparator.comparingInt(String::length));
  }

  /**
   * How many generations of the system were made before this, without so many of the newest by
   * number; absent if that cannot be read.
   */
  OptionalLong systemGenerations(int newest, Instant before) {
    SortedMap<Integer, Instant> made = new TreeMap<>(Comparator.reverseOrder());
    Path profiles = files.path(PROFILES);
    try (DirectoryStream<Path> links = Files.newDirectoryStream(profiles, "system-*-link")) {
      for (Path link : links) {
        Matcher name = SYSTEM_GENERATION.matcher(link.getFileName().toString());
        if (name.matches()) {
          made.put(
              Integer.valueOf(name.group(1)),
              Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS).toInstant());
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        made.values().stream().skip(newest).filter(at -> at.isBefore(before)).count());
  }

  /** How many paths there are in the store; absent if that cannot be read. */
  OptionalLong paths() {
    return countOnce(STORE, name -> !name.startsWith("."));
  }

  /** How many distinct files have been linked by optimising; absent if that cannot be read. */
  OptionalLong links() {
    return countOnce(LINKS, name -> true);
  }

  /**
   * Whether no file has ever been linked. Nix makes the directory with the store, so its time tells
   * nothing as long as it is empty.
   */
  boolean neverOptimised() {
    try (Stream<Path> links = Files.list(files.path(LINKS))) {
      return links.findAny().isEmpty();
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** When a path was last added to or removed from the store. */
  Optional<Instant> changed() {
    return modified(STORE);
  }

  /** When a file was last linked, or an unused link removed. */
  Optional<Instant> linked() {
    return modified(LINKS);
  }

  private Optional<Instant> modified(String directory) {
    try {
      return Optional.of(Files.getLastModifiedTime(files.path(directory)).toInstant());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private OptionalLong countOnce(String directory, Predicate<String> counted) {
    Optional<Instant> modified = modified(directory);
    if (modified.isEmpty()) {
      return OptionalLong.empty();
    }
    Counted known = counts.get(directory);
    if (known == null || !known.modified().equals(modified.get())) {
      known = new Counted(modified.get(), count(directory, counted));
      counts.put(directory, known);
    }
    return known.count();
  }

  private OptionalLong count(String directory, Predicate<String> counted) {
    try (Stream<Path> entries = Files.list(files.path(directory))) {
      return OptionalLong.of(
          entries.map(entry -> entry.getFileName().toString()).filter(counted).count());
    } catch (IOException | UncheckedIOException e) {
      return OptionalLong.empty();
    }
  }
}
