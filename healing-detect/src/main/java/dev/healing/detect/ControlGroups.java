package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.OwnGroup;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The control groups of services, and our own. */
final class ControlGroups {
  private static final int DEEPEST = 6;

  private static final String ALL = "/sys/fs/cgroup";

  /** A limit is set on a container when it is made, and changed hardly ever. */
  private static final Duration LOOKED_FOR_EVERY = Duration.ofSeconds(10);

  private ControlGroups() {}

  /**
   * Where the groups of this hierarchy begin: of a controller, or {@code systemd}, which has all
   * groups (v1), or {@code unified} (v2 beside v1); all are one where there is only v2.
   */
  static String root(HostFiles files, String hierarchy) {
    String own = ALL + "/" + hierarchy;
    return Files.isDirectory(files.path(own)) ? own : ALL;
  }

  /** Whose memory is watched, looked for now and then: it is asked for several times a second. */
  static Seldom<Optional<OwnGroup>> ofMemory(HostContext host) {
    return new Seldom<>(host.time(), LOOKED_FOR_EVERY, group -> false, () -> OwnGroup.of(host));
  }

  /**
   * Tells each service and its group. What belongs to users is not walked through.
   *
   * @throws HostException if a group cannot be listed
   */
  static void services(HostFiles files, String root, BiConsumer<String, String> found) {
    walk(files, root, found, 0);
  }

  private static void walk(
      HostFiles files, String slice, BiConsumer<String, String> found, int depth) {
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(files.path(slice), "*.{slice,service}")) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        String group = slice + "/" + name;
        if (name.endsWith(".service")) {
          found.accept(name, group);
        } else if (depth < DEEPEST && !name.equals("user.slice")) {
          walk(files, group, found, depth + 1);
        }
      }
    } catch (NoSuchFileException e) {
      if (depth == 0) {
        throw new HostException(slice + " is not there", e);
      } // a slice that has gone meanwhile has no services
    } catch (IOException | DirectoryIteratorException e) {
      throw new HostException(slice + " cannot be listed: " + e, e);
    }
  }
}
