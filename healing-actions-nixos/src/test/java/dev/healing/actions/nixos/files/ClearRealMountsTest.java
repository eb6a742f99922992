package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.healing.actions.nixos.RealHost;
import dev.healing.actions.nixos.Temporary;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real mounts of this machine, in a directory of their own. */
@Timeout(60)
class ClearRealMountsTest {
  private final Path top = Temporary.directory();
  private final List<RealHost> hosts = new ArrayList<>();

  @BeforeEach
  void mount() throws Exception {
    assumeThat(RealHost.root()).as("skipped: only root may mount").isTrue();
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=16m", "healing-test", top.toString()))
        .as("skipped: this machine lets not even root mount a tmpfs")
        .isZero();
  }

  @AfterEach
  void unmount() throws Exception {
    hosts.forEach(RealHost::close);
    if (RealHost.root()) {
      run("umount", "-R", top.toString());
    }
    Files.delete(top);
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private Path old(String name) throws IOException {
    Path path = top.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "some text");
    return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(Duration.ofDays(30))));
  }

  @Test
  void whatIsMountedOnANameThatIsNoTextIsNotPassedBy() throws Exception {
    Path gone = old("cache/old");
    Path precious = old("home/precious");
    String name = "$(printf '%s' '" + top + "/cache/'; printf '\\377')";
    String script =
        "mkdir \"" + name + "\"; mount --bind '" + precious.getParent() + "' \"" + name + "\"";
    assertThat(run("sh", "-ec", script)).isZero();
    assertThatThrownBy(() -> prepare(IssueType.DISK_FULL, top.resolve("cache")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("a name that cannot be read");
    assertThat(precious).exists();
    assertThat(gone).exists();
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectories(top.resolve(name));
  }

  private void bind(Path what, Path where) throws Exception {
    assertThat(run("mount", "--bind", what.toString(), where.toString())).isZero();
  }

  private PreparedAction prepare(IssueType type, Path... roots) {
    List<String> names = new ArrayList<>();
    for (Path root : roots) {
      names.add(root.toString());
    }
    RealHost host = new RealHost(Map.of("roots", names, "min-bytes", "1B"));
    hosts.add(host);
    String component = type.equals(IssueType.DISK_FULL) ? top.toString() : "memory";
    return new ClearCache.Provider()
        .create(new MonthLater(host.context()))
        .prepare(host.issue(type, component), HostStates.now().build());
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(hosts.get(0).execution());
  }

  @Test
  void cacheInMemoryIsClearedForMemory() throws Exception {
    Path gone = old("cache/old");
    Path used = old("cache/used");
    Path fresh = Files.writeString(top.resolve("cache/new"), "x");
    Files.setLastModifiedTime(fresh, FileTime.from(Instant.now().plus(MonthLater.MONTH)));
    Path beside = old("beside/old");
    try (InputStream open = Files.newInputStream(used)) {
      ActionReport report = execute(prepare(IssueType.MEMORY_HIGH, top.resolve("cache")));
      assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
      assertThat(open.read()).isEqualTo('s');
    }
    assertThat(gone).doesNotExist();
    assertThat(List.of(used, fresh, beside)).allSatisfy(path -> assertThat(path).exists());
  }

  @Test
  void cacheOnADiskIsNotClearedForMemory() throws Exception {
    Path root = Path.of("/var/cache");
    assumeThat(String.valueOf(Files.getFileStore(root).type()))
        .as("skipped: %s lives in memory here", root)
        .isNotIn("tmpfs", "ramfs");
    assertThatThrownBy(() -> prepare(IssueType.MEMORY_HIGH, root))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("lives in memory");
  }

  @Test
  void whatIsMountedBelowARootIsLeftAlone() throws Exception {
    Path gone = old("cache/old");
    Path precious = old("home/precious");
    Path file = old("home/file");
    Path link = old("cache/a/bound file");
    bind(precious.getParent(), directory("cache/bound here"));
    bind(file, link);
    Path other = directory("cache/other");
    assertThat(run("mount", "-t", "tmpfs", "healing-test", other.toString())).isZero();
    Path elsewhere = old("cache/other/old");

    PreparedAction prepared = prepare(IssueType.DISK_FULL, top.resolve("cache"));
    assertThat(prepared.preview().items()).hasValue(1);
    ActionReport report = execute(prepared);

    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(gone).doesNotExist();
    assertThat(List.of(precious, file, link, elsewhere))
        .allSatisfy(path -> assertThat(path).exists());
  }

  @Test
  void whatIsMountedElsewhereFromBelowARootIsLeftAlone() throws Exception {
    Path gone = old("cache/old");
    Path precious = old("cache/a/precious/file");
    bind(precious.getParent(), directory("home"));

    ActionReport report = execute(prepare(IssueType.DISK_FULL, top.resolve("cache")));

    assertThat(report.detail()).startsWith("deleted 1 of 1 files");
    assertThat(gone).doesNotExist();
    assertThat(top.resolve("home/file")).exists();
  }

  @Test
  void theLayersOfAnOverlayAreLeftAlone() throws Exception {
    Path gone = old("cache/old");
    old("cache/lower/file");
    old("cache/upper/other");
    Path merged = directory("merged");
    String layers =
        String.format(
            "lowerdir=%s,upperdir=%s,workdir=%s",
            top.resolve("cache/lower"), top.resolve("cache/upper"), directory("cache/work"));
    assumeThat(run("mount", "-t", "overlay", "-o", layers, "healing-test", merged.toString()))
        .as("skipped: this kernel lays nothing over a tmpfs")
        .isZero();

    ActionReport report = execute(prepare(IssueType.DISK_FULL, top.resolve("cache")));

    assertThat(report.detail()).startsWith("deleted 1 of 1 files");
    assertThat(gone).doesNotExist();
    assertThat(List.of(merged.resolve("file"), merged.resolve("other")))
        .allSatisfy(path -> assertThat(path).exists());
  }

  @Test
  void whatIsMountedAfterThePreviewIsLeftAlone() throws Exception {
    Path gone = old("cache/old");
    old("cache/d/inner");
    Path precious = old("home/precious");
    PreparedAction prepared = prepare(IssueType.DISK_FULL, top.resolve("cache"));
    bind(precious.getParent(), top.resolve("cache/d"));
    ActionReport report = execute(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(gone).doesNotExist();
    assertThat(precious).exists();
    assertThat(run("umount", top.resolve("cache/d").toString())).isZero();
    assertThat(top.resolve("cache/d/inner")).as("hidden by the mount").exists();
  }

  @Test
  void rootThatIsMountedOverSinceThePreviewIsRefused() throws Exception {
    Path hidden = old("cache/old");
    Path precious = old("home/precious");
    PreparedAction prepared = prepare(IssueType.DISK_FULL, top.resolve("cache"));
    bind(precious.getParent(), top.resolve("cache"));
    assertThat(execute(prepared).result()).isEqualTo(Result.REFUSED);
    assertThat(precious).exists();
    assertThat(run("umount", top.resolve("cache").toString())).isZero();
    assertThat(hidden).exists();
  }

  @Test
  void rootThatIsAnotherOneMountedAgainIsCountedOnce() throws Exception {
    Path gone = old("cache/old");
    Path again = directory("again");
    bind(gone.getParent(), again);
    PreparedAction prepared = prepare(IssueType.DISK_FULL, gone.getParent(), again);
    assertThat(prepared.preview().items()).hasValue(1);
    ActionReport report = execute(prepared);
    assertThat(report.detail()).startsWith("deleted 1 of 1 files");
    assertThat(gone).doesNotExist();
  }
}
