package dev.healing.actions.nixos;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A fixture host in a directory of its own. */
public final class World {
  private static final String PROFILE = "/nix/var/nix/profiles/system";

  /** What a file takes that has a few bytes. */
  public static final long BLOCK = 4096;

  public final Path root;
  public final TestHost host;
  public boolean quotasHold = true;
  private final Map<Long, Integer> runs = new HashMap<>();
  private final Set<Long> sated = new HashSet<>();

  public World() {
    root = Temporary.directory();
    host = new TestHost(root);
    memory(1000, 50);
    host.files().write("/proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/root rw\n");
  }

  public void memory(long totalKb, long availableKb) {
    host.files()
        .write(
            "/proc/meminfo",
            "MemTotal:       "
                + totalKb
                + " kB\nMemAvailable:    "
                + availableKb
                + " kB\nSwapTotal:       "
                + totalKb
                + " kB\nSwapFree:        "
                + totalKb
                + " kB\n");
  }

  public Path old(String name) {
    host.files().write(name, "some text");
    Path path = host.files().path(name);
    try {
      return Files.setLastModifiedTime(
          path, FileTime.from(VirtualTime.START.minus(Duration.ofDays(30))));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Lets a month pass. What {@link #old} has written before is old then; the kernel's change time
   * of a file is that of the real clock, and nobody can date it back.
   */
  public void monthPasses() {
    Instant later = Instant.now().plus(Duration.ofDays(30));
    host.time().jumpWall(Duration.between(host.time().now(), later));
  }

  /** A file that was last written so long ago. */
  public Path aged(String name, Duration age) {
    Path path = old(name);
    try {
      return Files.setLastModifiedTime(path, FileTime.from(host.time().now().minus(age)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public void link(String name, String to) {
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
  public CommandRunner.Result linked(String name, String to) {
    link(name, to);
    return new CommandRunner.Result(0, "", "", false, false);
  }

  /** Nix, with so many generations of the system, the last of which runs. */
  public void generations(int last) {
    for (int generation = 1; generation <= last; generation++) {
      String system = "/nix/store/sys" + generation;
      host.files().write(system + "/bin/switch-to-configuration", "");
      link(PROFILE + "-" + generation + "-link", system);
    }
    link(PROFILE, "system-" + last + "-link");
    link("/run/current-system", "/nix/store/sys" + last);
    host.commands().installed("nix-store", Path.of("/bin/nix-store"));
    host.commands().installed("nix-env", Path.of("/bin/nix-env"));
  }

  /** So much of 1000 bytes is available on the only file system. */
  public void room(long available) {
    room(1000, available);
  }

  /** So many of 1000 blocks are available on the only file system. */
  public void blocksLeft(int available) {
    room(1000 * BLOCK, available * BLOCK);
  }

  private void room(long total, long available) {
    host.files().space("/", new HostFiles.Space(total, available, available));
  }

  /** A process that uses so much memory. */
  public void process(long pid, String name, long residentBytes) {
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
                usual.oomScore(),
                usual.units(),
                false));
  }

  /** A process of these units that uses so many cores whenever time passes, as far as it may. */
  public void busy(long pid, String name, double cores, String... units) {
    ProcessState usual = FakeProcesses.process(pid, name);
    host.processes().add(with(usual, Duration.ZERO, List.of(units)));
    int run = runs.merge(pid, 1, Integer::sum);
    runs(pid, run, cores, Duration.ofMillis(50)); // never at the instant of a look
  }

  private void runs(long pid, int run, double cores, Duration in) {
    host.time()
        .happens(
            in,
            "process " + pid + " runs",
            () ->
                host.processes()
                    .find(pid)
                    .filter(now -> runs.get(pid) == run)
                    .ifPresent(
                        now -> {
                          double may = Math.min(cores, quota(now));
                          Duration cpu = now.cpuTime().plusNanos((long) (may * 1e8));
                          host.processes().add(with(now, cpu, now.units()));
                          runs(pid, run, cores, Duration.ofMillis(100));
                        }));
  }

  /** Memory of 100 GiB, of which so much is available. */
  public void available(long bytes) {
    memory(100L << 20, Math.max(0, bytes) >> 10);
  }

  /** A process that takes so much of what is available every 10 ms, as long as it is there. */
  public void hog(long pid, String name, long residentBytes, int stepMib, String... units) {
    process(pid, name, residentBytes);
    ProcessState usual = host.processes().find(pid).orElseThrow();
    host.processes().add(with(usual, Duration.ZERO, List.of(units)));
    takes(usual.ref(), (long) stepMib << 20);
  }

  /** It takes no more from now on. */
  public void sated(long pid) {
    sated.add(pid);
  }

  private void takes(Ref hog, long step) {
    host.time()
        .happens(
            Duration.ofMillis(10),
            "process " + hog.pid() + " takes memory",
            () ->
                host.processes()
                    .find(hog.pid())
                    .filter(now -> now.ref().equals(hog) && !sated.contains(hog.pid()))
                    .ifPresent(
                        now -> {
                          host.processes().resident(hog.pid(), now.residentBytes() + step);
                          available(MemAvailable.read(host).availableBytes() - step);
                          takes(hog, step);
                        }));
  }

  private double quota(ProcessState process) {
    return process
        .unit()
        .filter(unit -> host.systemd().availability().available() && quotasHold)
        .map(unit -> host.systemd().limit(unit, Limit.CPU_QUOTA).orElse(Long.MAX_VALUE) / 1e6)
        .orElse(Double.MAX_VALUE);
  }

  public static ProcessState with(ProcessState process, Duration cpuTime, List<String> units) {
    return new ProcessState(
        process.ref(),
        process.parentPid(),
        process.name(),
        process.uid(),
        process.state(),
        cpuTime,
        process.residentBytes(),
        process.oomScoreAdj(),
        process.oomScore(),
        units,
        process.kernelThread());
  }

  /** An active service with this main process. */
  public void service(String name, String type, long mainPid) {
    host.systemd()
        .unit(
            new UnitState(
                name,
                "loaded",
                "active",
                "running",
                "success",
                type,
                OptionalLong.of(mainPid),
                "0001",
                Optional.empty(),
                Set.of()));
  }

  /** The kernel has these cgroup controllers, and so many processors. */
  public void processors(int count, String controllers) {
    host.files().write("/sys/fs/cgroup/cgroup.controllers", controllers + "\n");
    StringBuilder stat = new StringBuilder("cpu  1 1 1 1 1 1 1 1 0 0\n");
    for (int i = 0; i < count; i++) {
      stat.append("cpu").append(i).append(" 1 1 1 1 1 1 1 1 0 0\n");
    }
    host.files().write("/proc/stat", stat.toString());
  }

  public Issue issue(IssueType type, String component) {
    return Issue.of(
        host.time().now(), type, Severity.HIGH, type + " there", Map.of(), List.of(component));
  }

  /** The names of all that is there, without what a process table would hold. */
  public TreeSet<String> names() {
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
