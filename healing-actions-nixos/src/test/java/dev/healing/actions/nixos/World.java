package dev.healing.actions.nixos;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A fixture host in a directory of its own. */
final class World {
  final Path root;
  final TestHost host;

  World() {
    try {
      root = Files.createTempDirectory("actions").toRealPath();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    host = new TestHost(root);
    memory(1000, 50);
    host.files().write("/proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/root rw\n");
  }

  void memory(long totalKb, long availableKb) {
    host.files()
        .write(
            "/proc/meminfo",
            "MemTotal:       " + totalKb + " kB\nMemAvailable:    " + availableKb + " kB\n");
  }

  Path old(String name) {
    host.files().write(name, "some text");
    Path path = host.files().path(name);
    try {
      return Files.setLastModifiedTime(
          path, FileTime.from(VirtualTime.START.minus(Duration.ofDays(30))));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  void link(String name, String to) {
    try {
      Path link = host.files().path(name);
      Files.createDirectories(link.getParent());
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, Path.of(to));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Issue issue(IssueType type, String component) {
    return Issue.of(
        host.time().now(), type, Severity.HIGH, type + " there", Map.of(), List.of(component));
  }

  /** The names of all that is there, without what a process table would hold. */
  TreeSet<String> names() {
    try (Stream<Path> all = Files.walk(root)) {
      TreeSet<String> names = new TreeSet<>();
      for (Path path : (Iterable<Path>) all::iterator) {
        String to = Files.isSymbolicLink(path) ? " -> " + Files.readSymbolicLink(path) : "";
        String text =
            Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.readString(path) : "";
        names.add(host.files().name(path) + to + " " + text);
      }
      return names;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
