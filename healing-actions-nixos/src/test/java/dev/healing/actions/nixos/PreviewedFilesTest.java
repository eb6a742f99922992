package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is deleted is what was previewed, or nothing. */
class PreviewedFilesTest {
  private final World world = new World();

  private PreparedAction prepare(Map<String, Object> section) {
    return new CleanDisk.Provider()
        .create(world.host.withConfiguration(Configuration.of(section)))
        .prepare(world.issue(IssueType.DISK_FULL, "/var"), HostStates.now().build());
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
  }

  @Test
  void fileThatWasDatedBackMeanwhileTakesNoOnesPlace() throws IOException {
    Path previewed = world.old("/var/tmp/previewed");
    PreparedAction prepared = prepare(Map.of());
    Files.delete(previewed);
    Path other = world.old("/var/tmp/other");
    assertThat(execute(prepared).result()).isEqualTo(ActionReport.Result.NOTHING_GAINED);
    assertThat(other).exists();
  }

  @Test
  void fileThatWasWrittenAndDatedBackIsAnotherFile() {
    world.old("/var/tmp/a");
    Path written = world.old("/var/tmp/b");
    PreparedAction prepared = prepare(Map.of());
    world.old("/var/tmp/b");
    assertThat(execute(prepared).detail()).startsWith("deleted 1 of 2 files");
    assertThat(written).exists();
  }

  @Test
  void noMoreThanMaxFilesGoInOneRunAndThePreviewSaysSo() {
    for (int i = 0; i < 300; i++) {
      world.old("/var/tmp/" + i);
    }
    PreparedAction prepared = prepare(Map.of("max-files", 200));
    assertThat(prepared.preview().items()).hasValue(200);
    assertThat(prepared.preview().steps()).last().asString().contains("max-files is 200");
    assertThat(execute(prepared).detail()).startsWith("deleted 200 of 200 files");
    assertThat(world.root.resolve("var/tmp").toFile().list()).hasSize(100);
  }

  @Test
  void directoriesThatAreNotLookedIntoAreCounted() {
    world.old("/var/tmp/old");
    Path deep = world.old("/var/tmp" + "/d".repeat(66) + "/old");
    PreparedAction prepared = prepare(Map.of());
    assertThat(prepared.preview().steps()).last().asString().contains("leave out 1 directories");
    assertThat(execute(prepared).detail()).contains("left out 1 directories");
    assertThat(deep).exists();
  }

  @Test
  void withoutKnowingTheMountsNothingIsDeleted() throws IOException {
    world.old("/var/tmp/old");
    Files.delete(world.root.resolve("proc/self/mountinfo"));
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("mountinfo");
  }

  @Test
  void withoutKnowingTheOpenFilesNothingIsDeleted() {
    assertThatThrownBy(
            () -> OpenFiles.keys(new dev.healing.testkit.FixtureFiles(world.root.resolve("none"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/proc cannot be listed");
  }

  @Test
  void openFilesAreSpared() throws IOException {
    Path open = world.old("/var/tmp/open");
    world.old("/var/tmp/closed");
    world.link("/proc/77/fd/3", open.toString());
    execute(prepare(Map.of()));
    assertThat(open).exists();
    assertThat(world.root.resolve("var/tmp/closed")).doesNotExist();
  }
}
