package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.testkit.FixtureFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupsTest {
  @TempDir Path root;
  private FixtureFiles files;

  @BeforeEach
  void slices() throws IOException {
    files = new FixtureFiles(root);
    for (String group :
        List.of(
            "system.slice/a.service",
            "system.slice/system-b.slice/b@1.service",
            "one.slice/one.service",
            "other.slice/other.service",
            "init.scope/x.service",
            "user.slice/user-1000.slice/user@1000.service")) {
      Files.createDirectories(root.resolve("sys/fs/cgroup/" + group));
    }
  }

  @Test
  void servicesAreFoundInTheirSlicesAndThoseOfUsersAreNot() {
    Map<String, String> found = new TreeMap<>();
    ControlGroups.services(files, "/sys/fs/cgroup", found::put);
    assertThat(found)
        .containsOnlyKeys("a.service", "b@1.service", "one.service", "other.service")
        .containsEntry("a.service", "/sys/fs/cgroup/system.slice/a.service");
  }

  @Test
  void aSliceThatGoesMeanwhileIsNoTrouble() {
    List<String> found = new ArrayList<>();
    ControlGroups.services(
        files,
        "/sys/fs/cgroup",
        (service, group) -> {
          found.add(service);
          if (service.startsWith("o")) {
            remove("one.slice");
            remove("other.slice");
          }
        });
    assertThat(found)
        .contains("a.service")
        .containsAnyOf("one.service", "other.service")
        .hasSize(3);
  }

  private void remove(String slice) {
    Path group = root.resolve("sys/fs/cgroup").resolve(slice);
    try {
      Files.deleteIfExists(group.resolve(slice.replace(".slice", ".service")));
      Files.deleteIfExists(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whereThereAreNoneThatIsSaid() {
    assertThatThrownBy(() -> ControlGroups.services(files, "/none", (service, group) -> {}))
        .isInstanceOf(HostException.class)
        .hasMessage("/none is not there");
  }
}
