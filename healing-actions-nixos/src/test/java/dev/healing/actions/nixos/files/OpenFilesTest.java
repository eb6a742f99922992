package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.healing.actions.nixos.RealHost;
import dev.healing.actions.nixos.World;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import dev.healing.testkit.FixtureFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A file that is in use is known for it by whatever name or number the kernel shows. */
class OpenFilesTest {
  private final World world = new World();
  private final Path index = world.old("/var/cache/app/idx");

  private Set<Object> open() {
    return OpenFiles.keys(world.host.files());
  }

  private static Object key(Path file) throws IOException {
    return Files.getAttribute(file, "fileKey");
  }

  /** A line for the file, by its true numbers. */
  private static String mapping(Path file, String name) throws IOException {
    long device = (Long) Files.getAttribute(file, "unix:dev");
    return String.format(
        "7f00-7f80 r--s 00000000 %02x:%02x %s      %s\n",
        (device >> 8) & 0xfff,
        (device & 0xff) | ((device >> 12) & 0xfff00),
        Files.getAttribute(file, "unix:ino"),
        name);
  }

  @Test
  void aMappedFileIsFoundByItsNumbersWhateverItIsCalledThere() throws IOException {
    Path other = world.old("/var/cache/app/other");
    world.host.files().write("/proc/77/maps", mapping(index, "/data/idx"));
    assertThat(open().contains(key(index))).isTrue();
    assertThat(open().contains(key(other))).isFalse();
  }

  @Test
  void whatIsMappedAfterAHundredThousandOthersIsFound() throws IOException {
    String others = "7f00-7f80 r--p 00000000 fe:01 7      /nowhere/lib.so\n".repeat(100_000);
    assertThat(others.length()).as("more than is read at once").isGreaterThan(4 << 20);
    world.host.files().write("/proc/77/maps", others + mapping(index, "/data/idx"));
    assertThat(open().contains(key(index))).isTrue();
  }

  /** Btrfs and overlays show another device there than they tell of the file. */
  @Test
  void whereTheNumbersAreOthersItIsFoundByItsNameInItsOwnNameSpace() throws IOException {
    world.link("/container/data", index.getParent().toString());
    world.link("/proc/77/root", world.root.resolve("container").toString());
    world.link("/proc/77/ns/mnt", "mnt:[77]");
    world.link("/proc/self/ns/mnt", "mnt:[1]");
    world.host.files().write("/proc/77/maps", "7-8 r--p 0 00:2a 7      /data/idx\n");
    assertThat(open().contains(key(index))).isTrue();
  }

  @Test
  void nothingIsKnownIfMappingsCannotBeReadToTheirEnd() throws IOException {
    Files.createDirectories(world.root.resolve("proc/77/maps"));
    assertThatThrownBy(this::open)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/proc/77/maps cannot be read to its end");
  }

  @Test
  void whoHasNoFilesIsPassedBy() throws IOException {
    Path maps = Files.createDirectories(world.root.resolve("proc/77/maps"));
    for (String none :
        List.of("(k) S 2 0 0 0 -1 69238848 0 0", "(a) b (c) Z 1 2 3 0 -1 4228 0 0")) {
      world.host.files().write("/proc/77/stat", "77 " + none + "\n");
      assertThat(open()).isEmpty();
    }
    world.host.files().write("/proc/77/stat", "77 (Z) S 1 77 77 0 -1 4194560 0 0\n");
    assertThat(maps).exists();
    assertThatThrownBy(this::open).isInstanceOf(RefusedException.class);
  }

  @Test
  void whoIsHiddenIsNotTakenForNobody() {
    String mounts = "1 0 8:1 / / rw - ext4 /dev/root rw\n2 1 0:5 / /proc rw - proc proc rw";
    world.host.files().write("/proc/self/mountinfo", mounts + ",gid=4,hidepid=invisible\n");
    assertThatThrownBy(this::open).hasMessageContaining("hidepid");
    world.host.files().write("/proc/self/status", "Name:\tjava\nCapEff:\t00000000a80425fb\n");
    assertThatThrownBy(this::open).hasMessageContaining("needs CAP_SYS_PTRACE");
    world.host.files().write("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
    assertThat(open()).isEmpty();
    world.host.files().write("/proc/self/mountinfo", mounts + ",hidepid=off\n");
    world.host.files().write("/proc/self/status", "Name:\tjava\n");
    assertThat(open()).isEmpty();
  }

  /** As in most containers: the others' files are counted, and not told. */
  @Test
  @Timeout(120)
  void rootThatMayNotLookIntoOthersKnowsNothing() throws Exception {
    assumeThat(RealHost.root() && Files.exists(Path.of("/usr/bin/setpriv")))
        .as("skipped: only root may give a capability away, by setpriv")
        .isTrue();
    String classes =
        Stream.of(LookIntoAll.class, OpenFiles.class, HostFiles.class, FixtureFiles.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    Process run =
        new ProcessBuilder(
                "/usr/bin/unshare",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
                "/bin/sh",
                "-c",
                "\"$@\"; /usr/bin/setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \"$@\"; exit",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes,
                LookIntoAll.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said.lines())
          .as(said)
          .satisfiesExactly(
              with -> assertThat(with).isEqualTo("known"),
              without -> assertThat(without).contains("/proc/1/fd", "it needs CAP_SYS_PTRACE"));
    } finally {
      run.destroyForcibly();
    }
  }

  /** Says whether all open files are known, of the processes that it sees. */
  static final class LookIntoAll {
    private LookIntoAll() {}

    public static void main(String[] none) {
      try {
        OpenFiles.keys(new FixtureFiles(Path.of("/")));
        System.out.println("known");
      } catch (RefusedException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /** As somebody does who does not want his temporary files to be deleted: see tmpfiles.d(5). */
  @Test
  @Timeout(60)
  void aDirectoryIsInUseOnlyWhileItIsLocked() throws Exception {
    assumeThat(RealHost.root()).as("skipped: only root may look into all processes").isTrue();
    Path locked = Files.createDirectories(world.root.resolve("locked"));
    Path open = Files.createDirectories(world.root.resolve("open"));
    // Who has locked it ends at once: the lock belongs to the open directory.
    String holds = "exec 8<\"$0\" 9<\"$1\"; flock -n 9; echo ready; read end";
    Process process =
        new ProcessBuilder("/bin/sh", "-ec", holds, open.toString(), locked.toString()).start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("ready");
      Set<Object> keys = OpenFiles.keys(new FixtureFiles(Path.of("/")));
      assertThat(keys.contains(key(locked))).isTrue();
      assertThat(keys.contains(key(open))).isFalse();
    } finally {
      process.getOutputStream().close();
      process.waitFor();
    }
    assertThat(OpenFiles.keys(new FixtureFiles(Path.of("/"))).contains(key(locked))).isFalse();
  }

  @Test
  void aProcessThatHasEndedIsPassedBy() throws IOException {
    Files.createDirectories(world.root.resolve("proc/77"));
    world.host.files().write("/proc/78/maps", mapping(index, "/data/idx"));
    assertThat(open().contains(key(index))).isTrue();
  }
}
