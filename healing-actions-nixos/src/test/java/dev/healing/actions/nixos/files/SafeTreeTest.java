package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SafeTreeTest {
  private final World world = new World();
  private final SafeTree tree =
      new SafeTree(
          world.host.files(),
          world.host.workers(),
          new Holes(world.host.commands()),
          new SafeTree.Rule(
              Long.MAX_VALUE, Set.of(), Set.of(), 0, Long.MAX_VALUE, false, Tmpfiles.NONE));

  private int deleteAll() {
    int[] deleted = new int[1];
    tree.walk(Path.of("/var/tmp"), directory -> file -> file.delete() && ++deleted[0] > 0);
    return deleted[0];
  }

  @Test
  void leavesLinksHardLinksAndPipesAlone() throws Exception {
    world.old("/home/precious");
    world.old("/var/tmp/old");
    Files.createLink(world.root.resolve("var/tmp/hard"), world.root.resolve("home/precious"));
    world.link("/var/tmp/soft", "../../home/precious");
    world.link("/var/tmp/directory", "../../home");
    String pipe = world.root.resolve("var/tmp/pipe").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    assertThat(new ProcessBuilder("touch", "-d", "2020-01-01", pipe).start().waitFor()).isZero();
    assertThat(deleteAll()).isEqualTo(1);
    assertThat(world.root.resolve("home/precious")).exists();
    assertThat(world.root.resolve("var/tmp").toFile().list())
        .containsExactlyInAnyOrder("hard", "soft", "directory", "pipe");
  }

  @Test
  void deletesNamesThatAreNoText() throws Exception {
    world.old("/var/tmp/x");
    String make = "touch -d 2020-01-01 \"$(printf 'a\\377\\nb')\"";
    Process shell =
        new ProcessBuilder("sh", "-c", make)
            .directory(world.root.resolve("var/tmp").toFile())
            .start();
    assertThat(shell.waitFor()).isZero();
    assertThat(deleteAll()).isEqualTo(2);
  }

  @Test
  void refusesRootsThatALinkLeadsTo() {
    world.old("/real/tmp/old");
    world.link("/var", "real");
    assertThatThrownBy(this::deleteAll)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/var/tmp");
    assertThat(world.root.resolve("real/tmp/old")).exists();
  }
}
