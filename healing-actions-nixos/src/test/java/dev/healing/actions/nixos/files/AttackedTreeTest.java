package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Another process swaps a directory on the way for a link to a directory outside with the same
 * names in it, and a file for a link to one outside, all the time. {@code -Dhealing.nightly}: many
 * more walks.
 */
@Timeout(1800)
class AttackedTreeTest {
  private static final boolean NIGHTLY = System.getProperty("healing.nightly") != null;
  private static final int WALKS = NIGHTLY ? 200_000 : 10_000;
  private static final int FILES = 3;

  private final World world = new World();
  private final Path root = world.root.resolve("var/tmp");
  private final Path inside = root.resolve("d/e");
  private final Path outside = world.root.resolve("home/d/e");
  private final Path plain = root.resolve("file");
  private final Path link = world.root.resolve("link");
  private final Path linkToFile = world.root.resolve("link to file");
  private final Set<Object> keysOutside = new HashSet<>();

  @BeforeEach
  void tree() throws IOException {
    world.old("/home/file");
    world.old("/var/tmp/d/e/0");
    for (int i = 0; i < FILES; i++) {
      keysOutside.add(key(world.old("/home/d/e/" + i)));
    }
    keysOutside.add(key(world.root.resolve("home/file")));
    Files.createSymbolicLink(link, world.root.resolve("home/d"));
    Files.createSymbolicLink(linkToFile, world.root.resolve("home/file"));
  }

  private static Object key(Path path) throws IOException {
    return Files.getAttribute(path, "fileKey");
  }

  private Attacker attack() throws IOException {
    return new Attacker(root.resolve("d"), link, plain, linkToFile);
  }

  /** So that there is something to delete again; where it lands is the attacker's choice. */
  private void refill() {
    try {
      if (!Files.exists(plain, LinkOption.NOFOLLOW_LINKS)) {
        Files.createFile(plain);
      }
      for (int i = 0; i < FILES; i++) {
        Path file = inside.resolve(String.valueOf(i));
        if (!Files.exists(file)) {
          Files.createFile(file);
        }
      }
    } catch (IOException e) {
      // Swapped while we were at it: next time.
    }
  }

  private boolean untouched() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Path file = outside.resolve(String.valueOf(i));
      if (!Files.exists(file) || !keysOutside.contains(key(file)) || Files.size(file) == 0) {
        return false;
      }
    }
    Path file = world.root.resolve("home/file");
    return Files.exists(file) && keysOutside.contains(key(file));
  }

  /** Two walk together, as on a host. */
  @Test
  void nothingOutsideIsDeleted() throws Exception {
    SafeTree tree =
        new SafeTree(
            world.host.files(),
            new TwoThreads(),
            new Holes(world.host.commands()),
            new SafeTree.Rule(
                Long.MAX_VALUE, Set.of(), Set.of(), 0, Long.MAX_VALUE, false, Tmpfiles.NONE));
    LongAdder deleted = new LongAdder();
    LongAdder misled = new LongAdder();
    AtomicBoolean entered = new AtomicBoolean();
    int sawTheLink = 0;
    SafeTree.Visitor visitor =
        directory -> {
          if (directory.full().endsWith("d")) {
            entered.set(true);
          }
          return file -> {
            if (keysOutside.contains(file.key())) {
              misled.increment();
            }
            if (file.delete()) {
              deleted.increment();
            }
            return true;
          };
        };
    try (Attacker attacker = attack()) {
      for (int walk = 0; walk < WALKS; walk++) {
        entered.set(false);
        refill();
        tree.walk(Path.of("/var/tmp"), visitor);
        sawTheLink += entered.get() ? 0 : 1;
        if (walk % 100 == 0) {
          assertThat(untouched()).as("what is outside, after walk %s", walk).isTrue();
        }
      }
      assertThat(attacker.alive()).as("the attacker was there all the time").isTrue();
    }
    assertThat(untouched()).as("what is outside, in the end").isTrue();
    System.out.printf(
        "%d walks: %d met the link, %d directories became one while they were opened, %d files were"
            + " seen through one, %d files deleted, none outside%n",
        WALKS, sawTheLink, tree.unseen(), misled.sum(), deleted.sum());
    assertThat(sawTheLink).as("walks that met the link").isGreaterThan(WALKS / 100);
    assertThat(tree.unseen() + misled.sum()).as("races that the attacker won").isPositive();
    assertThat(deleted.sum()).as("deleted inside").isPositive();
  }

  /** Who goes by path, looking before each step, loses: the attack is one. */
  @Test
  void walkByPathLosesToThisAttacker() throws Exception {
    try (Attacker attacker = attack()) {
      int walks = 0;
      while (untouched()) {
        assertThat(++walks).as("walks that lost nothing").isLessThan(1_000_000);
        refill();
        deleteByPath(root);
      }
      assertThat(attacker.alive()).isTrue();
    }
  }

  private static void deleteByPath(Path directory) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          deleteByPath(entry);
        } else if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(entry);
        }
      }
    } catch (IOException e) {
      // Swapped.
    }
  }
}
