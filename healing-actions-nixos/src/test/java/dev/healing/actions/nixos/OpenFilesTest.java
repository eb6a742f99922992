package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
  void aProcessThatHasEndedOrIsNotOursIsPassedBy() throws IOException {
    Files.createDirectories(world.root.resolve("proc/77"));
    world.host.files().write("/proc/78/maps", mapping(index, "/data/idx"));
    assertThat(open().contains(key(index))).isTrue();
  }
}
