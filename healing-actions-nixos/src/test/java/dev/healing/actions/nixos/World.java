package dev.healing.actions.nixos;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.testkit.FakeProcesses;
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
import java.util.OptionalLong;
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

  /** As a command that sets a link. */
  CommandRunner.Result linked(String name, String to) {
    link(name, to);
    return new CommandRunner.Result(0, "", "", false, false);
  }

  /** Nix, with so many generations of the system, the last of which runs. */
  void generations(int last) {
    for (int generation = 1; generation <= last; generation++) {
      String system = "/nix/store/sys" + generation;
      host.files().write(system + "/bin/switch-to-configuration", "");
      link(NixStore.PROFILE + "-" + generation + "-link", system);
    }
    link(NixStore.PROFILE, "system-" + last + "-link");
    link(NixStore.RUNNING, "/nix/store/sys" + last);
    host.commands().installed("nix-store", Path.of("/bin/nix-store"));
    host.commands().installed("nix-env", Path.of("/bin/nix-env"));
  }

  /** So much of 1000 bytes is available on the only file system. */
  void room(long available) {
    host.files()
        .space(
            "/",
            new HostFiles.Space(
                1000, available, available, OptionalLong.empty(), OptionalLong.empty()));
  }

  /** A process that uses so much memory. */
  void process(long pid, String name, long residentBytes) {
    ProcessState usual = FakeProcesses.process(pid, name);
    host.processes()
        .add(
            new ProcessState(
                usual.ref(),
                usual.parentPid(),
                name,
                usual.uid(),
                usual.state(),
                usual.cpuTime(),
                residentBytes,
                usual.oomScoreAdj(),
                usual.unit(),
                false));
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
