package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import dev.healing.api.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be a root is a mistake in the file, or is none. */
class RootsTest {
  private final World world = new World();

  private List<String> problems(Map<String, Object> section) {
    Configuration configuration = Configuration.of(section);
    new CleanDisk.Provider().create(world.host.withConfiguration(configuration));
    return configuration.problems();
  }

  private List<String> ofRoot(String root) {
    return problems(Map.of("roots", List.of("/var/log", root)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/etc",
        "/usr/share/app/cache",
        "/nix/store",
        "/var",
        "/var/lib/app/tmp",
        "/var/log/journal",
        "/var/cache/debconf",
        "/var/mail",
        "/var/spool",
        "/var/spool/cups/tmp",
        "/root/.cache",
        "/opt",
        "/srv",
        "/mnt",
        "/home",
        "/home/me",
        "/home/log",
        "/srv/photos",
        "/home/*/log",
        "/var/log/../lib"
      })
  void whatIsMissedIsNoRoot(String root) {
    assertThat(ofRoot(root))
        .hasSize(1)
        .first()
        .asString()
        .contains("roots")
        .contains(Path.of(root).normalize().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/tmp",
        "/var/tmp/build",
        "/srv/cache/proxy",
        "/opt/app/logs",
        "/home/me/.cache",
        "/data/Log"
      })
  void whatSaysThatItIsNoLossIsARoot(String root) {
    assertThat(ofRoot(root)).isEmpty();
  }

  @Test
  void tagOfTheOwnerSaysSoToo() {
    assertThat(ofRoot("/srv/scratch").get(0)).contains("CACHEDIR.TAG");
    world
        .host
        .files()
        .write("/srv/scratch/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    assertThat(ofRoot("/srv/scratch")).isEmpty();
    world
        .host
        .files()
        .write("/usr/x/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    assertThat(ofRoot("/usr/x")).hasSize(1);
  }

  @Test
  void linkIsNamedAndSoIsOneOnTheWay() {
    world.old("/data/logs/x");
    world.link("/srv/logs", "../data/logs");
    world.link("/elsewhere", "data");
    assertThat(ofRoot("/srv/logs").get(0)).contains("/srv/logs is a link");
    assertThat(ofRoot("/elsewhere/logs").get(0)).contains("/elsewhere is a link");
    assertThat(ofRoot("/data/logs")).isEmpty();
  }

  @Test
  void pathsAreComparedByNameNotByLetters() {
    assertThat(
            Roots.withoutNested(
                List.of(Path.of("/tmp/a"), Path.of("/tmp/ab"), Path.of("/tmp/a/b"))))
        .containsExactly(Path.of("/tmp/a"), Path.of("/tmp/ab"));
  }

  @ParameterizedTest
  @CsvSource({
    "older-than, 0s, at least 1h",
    "older-than, 59m, at least 1h",
    "min-bytes, 2TiB, at most max-bytes",
    "min-files, 1000001, at most max-files",
    "keep-newest, -1, from 0 to 1000"
  })
  void limitsThatMakeNoSense(String key, String value, String expected) {
    assertThat(problems(Map.of(key, value))).hasSize(1).first().asString().contains(expected);
  }
}
