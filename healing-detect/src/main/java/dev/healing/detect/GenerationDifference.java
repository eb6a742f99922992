package dev.healing.detect;

import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is not the same in two generations: units by where their files lead to in the store, and the
 * packages whose programs are in the system's path. Names and links only, so it is quick.
 *
 * @param units names of those that came, went or changed
 * @param packages names with versions of those that came ({@code +}) or went ({@code -})
 */
record GenerationDifference(Set<String> units, Set<String> packages) {
  /** So much is looked at in one directory; a usual system has a third of it. */
  private static final int MOST = 10_000;

  /** A unit's file that is no link is compared up to this size. */
  private static final int LARGEST_UNIT = 1 << 18;

  private static final int LINKS = 10;
  private static final Pattern PACKAGE = Pattern.compile("/nix/store/[0-9a-z]{32}-([^/]+)(/.*)?");

  /** Copies. */
  GenerationDifference {
    units = Set.copyOf(units);
    packages = Set.copyOf(packages);
  }

  /** Between two systems in the store, by their paths. */
  static GenerationDifference between(HostFiles files, String before, String after)
      throws IOException {
    return new GenerationDifference(
        changed(units(files, before), units(files, after)),
        exchanged(packages(files, before), packages(files, after)));
  }

  private static Set<String> changed(Map<String, String> before, Map<String, String> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
    return names;
  }

  private static Set<String> exchanged(Map<String, String> before, Map<String, String> after) {
    Set<String> names = new TreeSet<>();
    before.forEach(
        (path, name) -> names.addAll(after.containsKey(path) ? Set.of() : Set.of("-" + name)));
    after.forEach(
        (path, name) -> names.addAll(before.containsKey(path) ? Set.of() : Set.of("+" + name)));
    return names;
  }

  /** Where each unit's file leads to, or what is in it. */
  private static Map<String, String> units(HostFiles files, String system) throws IOException {
    Map<String, String> units = new TreeMap<>();
    for (Path file : entries(files, system + "/etc/systemd/system")) {
      if (Files.isSymbolicLink(file)) {
        units.put(name(file), Files.readSymbolicLink(file).toString());
      } else if (Files.isRegularFile(file) && Files.size(file) <= LARGEST_UNIT) {
        units.put(name(file), Integer.toHexString(Arrays.hashCode(Files.readAllBytes(file))));
      }
    }
    return units;
  }

  /** By path in the store, since one version may have been built in two ways. */
  private static Map<String, String> packages(HostFiles files, String system) throws IOException {
    Map<String, String> packages = new TreeMap<>();
    for (Path program : entries(files, system + "/sw/bin")) {
      if (Files.isSymbolicLink(program)) {
        String target = Files.readSymbolicLink(program).toString();
        Matcher matcher = PACKAGE.matcher(target);
        if (matcher.matches()) {
          String rest = Objects.requireNonNullElse(matcher.group(2), "");
          packages.put(target.substring(0, target.length() - rest.length()), matcher.group(1));
        }
      }
    }
    return packages;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** None where there is no such directory: a system may have neither units nor programs. */
  private static Iterable<Path> entries(HostFiles files, String directory) throws IOException {
    TreeSet<Path> entries = new TreeSet<>();
    Path found = followed(files, Path.of(directory), LINKS);
    if (!Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS)) {
      return entries;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(found)) {
      for (Path entry : all) {
        if (entries.size() == MOST) {
          throw new IOException(directory + " has more than " + MOST + " entries");
        }
        entries.add(entry);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  /** The links on the way lead through the host's names, which are not ours in a fixture tree. */
  private static Path followed(HostFiles files, Path name, int links) throws IOException {
    Path at = Path.of("/");
    for (Path part : name) {
      at = at.resolve(part);
      Path here = files.path(at.toString());
      if (Files.isSymbolicLink(here)) {
        if (links == 0) {
          throw new IOException(name + " leads through more than " + LINKS + " links");
        }
        Path target = at.resolveSibling(Files.readSymbolicLink(here)).normalize();
        Path rest = at.relativize(name);
        return followed(files, target.resolve(rest).normalize(), links - 1);
      }
    }
    return files.path(name.toString());
  }
}
