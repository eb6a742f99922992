package dev.healing.testkit;

import dev.healing.api.HostException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The files of a host under a directory: {@code /proc/stat} is {@code ROOT/proc/stat}. */
public final class FixtureFiles implements HostFiles {
  private static final long LARGEST = 4L << 20;
  private static final Space HALF_FULL = new Space(100L << 30, 50L << 30, 50L << 30);

  private final Path root;
  private final Map<String, Space> spaces = new TreeMap<>();
  private final Set<String> unreadable = new HashSet<>();
  private final Runnable beforeEach;

  /** The host under this directory. File systems are half full unless said otherwise. */
  public FixtureFiles(Path root) {
    this(root, () -> {});
  }

  FixtureFiles(Path root, Runnable beforeEach) {
    this.root = root.toAbsolutePath().normalize();
    this.beforeEach = beforeEach;
  }

  /** The file system mounted here has this room. */
  public FixtureFiles space(String mount, Space space) {
    spaces.put(mount, space);
    return this;
  }

  /** The file is there and cannot be read; as a mount, its room can't. */
  public FixtureFiles unreadable(String absolute) {
    unreadable.add(absolute);
    return this;
  }

  /** Writes a file of the host, with its directories. */
  public FixtureFiles write(String absolute, String content) {
    try {
      Path path = path(absolute);
      Files.createDirectories(path.getParent());
      Files.writeString(path, content);
      return this;
    } catch (IOException e) {
      throw new HostException("fixture " + absolute + " could not be written: " + e, e);
    }
  }

  @Override
  public Path path(String absolute) {
    if (!absolute.startsWith("/")) {
      throw new IllegalArgumentException("'" + absolute + "': expected an absolute path");
    }
    Path path = root.resolve(absolute.substring(1)).normalize();
    if (!path.startsWith(root)) {
      throw new IllegalArgumentException("'" + absolute + "' leads out of the fixture tree");
    }
    return path;
  }

  @Override
  public String name(Path path) {
    String relative = root.relativize(path).toString();
    return "/" + relative;
  }

  @Override
  public Optional<String> read(String absolute) {
    beforeEach.run();
    Path path = path(absolute);
    if (unreadable.contains(absolute)) {
      throw new HostException(absolute + ": Permission denied");
    }
    try {
      if (!Files.exists(path)) {
        return Optional.empty();
      }
      if (Files.size(path) > LARGEST) {
        throw new HostException(absolute + " is larger than 4 MiB");
      }
      return Optional.of(Files.readString(path));
    } catch (IOException e) {
      throw new HostException(absolute + " cannot be read: " + e, e);
    }
  }

  @Override
  public void writeSetting(String absolute, String value) {
    beforeEach.run();
    try {
      if (!Files.exists(path(absolute))) {
        throw new HostException(absolute + ": no such setting");
      }
      Files.writeString(path(absolute), value);
    } catch (IOException e) {
      throw new HostException(absolute + " cannot be written: " + e, e);
    }
  }

  @Override
  public Space space(String absolute) {
    beforeEach.run();
    String best = "";
    for (String mount : spaces.keySet()) {
      boolean holds = Path.of(absolute).startsWith(Path.of(mount));
      best = holds && mount.length() > best.length() ? mount : best;
    }
    if (unreadable.contains(absolute) || unreadable.contains(best)) {
      throw new HostException(absolute + ": Input/output error");
    }
    return spaces.getOrDefault(best, HALF_FULL);
  }
}
