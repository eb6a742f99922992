package dev.healing.core.host;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.spi.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir private Path directory;

  @BeforeEach
  void ours() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  @Test
  void whatIsAddedIsReadInPartsAndCutAndRenamedAndRemoved() {
    try (StateDirectory state = StateDirectory.open(directory)) {
      StateFolder folder = state.folder("history");
      assertThat(folder.sizes()).isEmpty();
      assertThat(folder.read("a", 0, 10)).isEmpty();
      folder.append("a", bytes("hello "));
      folder.append("a", bytes("world"));
      assertThat(folder.read("a", 4, 4)).hasValue(bytes("o wo"));
      assertThat(folder.read("a", 9, 100)).hasValue(bytes("ld"));
      assertThat(folder.read("a", 90, 100)).hasValue(bytes(""));
      folder.cut("a", 5);
      folder.publish("a", "b");
      assertThat(folder.sizes()).containsOnlyKeys("b").containsEntry("b", 5L);
      folder.delete("b");
      folder.delete("b");
      assertThat(folder.sizes()).isEmpty();
    }
  }

  @Test
  void nothingIsWrittenThroughALink() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path victim = Files.writeString(elsewhere.resolve("victim"), "untouched");
    try (StateDirectory state = StateDirectory.open(directory)) {
      Files.createSymbolicLink(directory.resolve("linked"), elsewhere);
      assertThatThrownBy(() -> state.folder("linked").append("victim", bytes("x")))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("symbolic link");
      StateFolder folder = state.folder("history");
      folder.append("a", bytes("x"));
      Files.createSymbolicLink(directory.resolve("history/b"), victim);
      assertThatThrownBy(() -> folder.append("b", bytes("x"))).isInstanceOf(HostException.class);
      assertThatThrownBy(() -> folder.cut("b", 0)).isInstanceOf(HostException.class);
      assertThatThrownBy(() -> folder.read("b", 0, 10)).isInstanceOf(HostException.class);
      assertThatThrownBy(() -> folder.read("../lock", 0, 10)).isInstanceOf(HostException.class);
      assertThat(folder.sizes()).containsOnlyKeys("a");
    }
    assertThat(victim).hasContent("untouched");
  }

  @Test
  void whoOnlyLooksWritesNothing() {
    try (StateDirectory state = StateDirectory.open(directory)) {
      state.folder("history").append("a", bytes("x"));
    }
    StateFolder folder = StateDirectory.observe(directory).folder("history");
    assertThat(folder.read("a", 0, 10)).hasValue(bytes("x"));
    assertThatThrownBy(() -> folder.append("a", bytes("x"))).hasMessageContaining("read only");
    assertThatThrownBy(() -> folder.delete("a")).hasMessageContaining("read only");
    assertThat(directory.resolve("history/a")).hasContent("x");
  }

  @Test
  void withoutItsLockNothingIsWritten() throws IOException {
    try (StateDirectory state = StateDirectory.open(directory)) {
      Files.delete(directory.resolve("lock"));
      assertThatThrownBy(() -> state.folder("history").append("a", bytes("x")))
          .hasMessageContaining("was removed or replaced");
    }
  }
}
