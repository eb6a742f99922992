package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootedFilesTest {
  @TempDir Path root;

  @Test
  void namesAndPathsFitTogether() {
    RootedFiles files = new RootedFiles(root);
    assertThat(files.path("/etc/../../../x")).isEqualTo(root.resolve("x"));
    assertThat(files.name(files.path("/etc/x"))).isEqualTo("/etc/x");
    assertThat(files.name(files.path("/"))).isEqualTo("/");
    assertThatThrownBy(() -> files.path("etc")).isInstanceOf(HostException.class);
    assertThatThrownBy(() -> files.path("/\0")).isInstanceOf(HostException.class);
    assertThatThrownBy(() -> files.name(Path.of("/"))).isInstanceOf(HostException.class);
  }

  @Test
  void readsSmallFilesAndWritesSettingsInPlace() throws IOException {
    RootedFiles files = new RootedFiles(root);
    assertThat(files.read("/no/such")).isEmpty();
    assertThatThrownBy(() -> files.writeSetting("/setting", "1")).isInstanceOf(HostException.class);
    Files.writeString(root.resolve("setting"), "0");
    files.writeSetting("/setting", "1");
    assertThat(files.read("/setting")).contains("1");
    assertThat(files.read("/setting/below")).isEmpty();
    Files.write(root.resolve("large"), new byte[(4 << 20) + 1]);
    assertThatThrownBy(() -> files.read("/large")).hasMessageContaining("4 MiB");
  }

  @Test
  void readsTheRealHost() {
    RootedFiles files = new RootedFiles(Path.of("/"));
    assertThat(files.read("/proc/self/stat")).isPresent();
    assertThat(files.space("/").totalBytes()).isPositive();
    assertThatThrownBy(() -> files.space("/no/such"))
        .isInstanceOf(HostException.class)
        .hasMessageEndingWith("cannot be looked at: it is not there");
  }
}
