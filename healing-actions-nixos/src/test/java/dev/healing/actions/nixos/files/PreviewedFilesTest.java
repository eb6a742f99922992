package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.RefusedException;
import dev.healing.api.Severity;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What is deleted is what was previewed, or nothing. */
class PreviewedFilesTest {
  private final World world = new World();

  private PreparedAction prepare(Map<String, Object> section) {
    Map<String, Object> all =
        new HashMap<>(Map.of("min-bytes", "1B", "target", "0%", "rotated-only", "off"));
    all.put("roots", List.of("/var/log", "/var/cache", "/var/tmp"));
    all.putAll(section);
    return new CleanDisk.Provider()
        .create(world.host.withConfiguration(Configuration.of(all)))
        .prepare(world.issue(IssueType.DISK_FULL, "/var"), HostStates.now().build());
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
  }

  private void refused(Map<String, Object> section, String why) {
    assertThatThrownBy(() -> prepare(section))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }

  private String[] left(String directory) {
    return world.root.resolve(directory).toFile().list();
  }

  /** As {@code cp -p} and archives do it: nothing keeps the change time. */
  @Test
  void fileThatCameLatelyIsYoungWhateverItsDate() {
    world.old("/var/tmp/restored");
    refused(Map.of(), "nothing under");
    world.monthPasses();
    assertThat(execute(prepare(Map.of())).detail()).startsWith("deleted 1 of 1 files");
  }

  @Test
  void whatIsPutInItsPlaceTakesNoOnesPlace() throws IOException {
    Path previewed = world.old("/var/tmp/previewed");
    Path written = world.old("/var/tmp/written");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of());
    Files.delete(previewed);
    Path other = world.aged("/var/tmp/previewed", Duration.ZERO);
    world.aged("/var/tmp/written", Duration.ZERO);
    assertThat(execute(prepared).result()).isEqualTo(ActionReport.Result.NOTHING_GAINED);
    assertThat(other).exists();
    assertThat(written).exists();
  }

  @Test
  void directoryThatWasMovedThereSinceWithAllItHoldsIsLeftAlone() throws IOException {
    world.old("/var/tmp/d/gone");
    Path precious = world.old("/home/diary/1998");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of());
    Path moved = world.root.resolve("var/tmp/d/diary");
    Files.move(precious.getParent(), moved);
    assertThat(execute(prepared).detail()).startsWith("deleted 1 of 1 files");
    assertThat(moved.resolve("1998")).exists();
  }

  @Test
  void fileThatWasOpenAtThePreviewWasNotPromised() throws IOException {
    Path open = world.old("/var/tmp/open");
    Path mapped = world.old("/var/tmp/mapped");
    Path image = world.old("/var/tmp/image");
    Path swap = world.old("/var/tmp/swap");
    world.old("/var/tmp/free");
    world.link("/proc/77/fd/3", open.toString());
    world.host.files().write("/proc/77/maps", "7f-80 r--p 0 08:01 7      /var/tmp/mapped\n");
    world.host.files().write("/sys/block/loop0/loop/backing_file", "/var/tmp/image\n");
    world.host.files().write("/proc/swaps", "Filename Type\n/var/tmp/swap   file  9 0 -2\n");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of());
    Files.delete(world.root.resolve("proc/77/fd/3"));
    assertThat(execute(prepared).detail()).startsWith("deleted 1 of 1 files");
    assertThat(List.of(open, mapped, image, swap)).allSatisfy(path -> assertThat(path).exists());
  }

  @Test
  void fileThatIsOpenedWhileOthersAreDeletedStays() {
    world.old("/var/cache/a");
    Path second = world.old("/var/log/b");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of("roots", List.of("/var/cache", "/var/log")));
    ActionReport report =
        prepared.execute(
            afterTheFirst(
                () -> {
                  world.link("/proc/77/fd/3", second.toString());
                  world.host.time().advance(Duration.ofSeconds(11));
                }));
    assertThat(report.detail()).startsWith("deleted 1 of 2 files");
    assertThat(second).exists();
  }

  @Test
  void noMoreIsDeletedOnceNobodyKnowsWhatIsOpen() {
    world.old("/var/cache/a");
    Path second = world.old("/var/log/b");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of("roots", List.of("/var/cache", "/var/log")));
    ActionReport report =
        prepared.execute(
            afterTheFirst(
                () -> {
                  assertThat(world.root.resolve("proc/78/maps").toFile().mkdirs()).isTrue();
                  world.host.time().advance(Duration.ofSeconds(11));
                }));
    assertThat(report.detail()).startsWith("deleted 1 of 2 files").contains("/proc/78/maps");
    assertThat(second).exists();
  }

  /** What happens once, when /var/cache is empty. */
  private Execution afterTheFirst(Runnable event) {
    return new Watched(
        new TestExecution(world.host.time(), Duration.ofMinutes(1)),
        new AtomicBoolean(),
        () -> left("var/cache").length == 0,
        event);
  }

  @Test
  void clockThatWasSetSinceMakesAllOld() {
    Path young = world.old("/var/tmp/old");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of());
    world.host.time().jumpWall(Duration.ofDays(-40));
    ActionReport report = execute(prepared);
    assertThat(report.result()).isEqualTo(ActionReport.Result.REFUSED);
    assertThat(report.detail()).contains("the clock was set");
    assertThat(young).exists();
  }

  @Test
  void theOldestGoFirstWhereNotAllMay() {
    world.monthPasses();
    for (int days = 8; days < 28; days++) {
      world.aged("/var/tmp/" + days, Duration.ofDays(days));
    }
    PreparedAction prepared = prepare(Map.of("max-files", 5, "min-files", 1));
    assertThat(prepared.preview().items()).hasValue(5);
    assertThat(prepared.preview().steps()).anyMatch(s -> s.contains("max-files is 5"));
    assertThat(execute(prepared).detail()).startsWith("deleted 5 of 5 files");
    assertThat(left("var/tmp")).hasSize(15).contains("8", "22").doesNotContain("23", "27");

    assertThat(execute(prepare(Map.of("max-bytes", "15KiB"))).detail())
        .startsWith("deleted 3 of 3 files");
    assertThat(left("var/tmp")).hasSize(12).contains("19").doesNotContain("20");
  }

  @Test
  void previewThatTakesTooLongEnds() {
    world.old("/var/tmp/a");
    world.monthPasses();
    Thread.currentThread().interrupt();
    refused(Map.of(), "too many files");
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
  }

  @Test
  void rootThatIsLostOnTheWayDoesNotHideWhatWasDeleted() throws Exception {
    world.old("/var/cache/a");
    world.old("/var/cache/b");
    Path second = world.old("/var/log/b");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of("roots", List.of("/var/cache", "/var/log")));
    Path moved = world.root.resolve("var/moved");
    Execution moving =
        new Watched(
            new TestExecution(world.host.time(), Duration.ofMinutes(1)),
            new AtomicBoolean(),
            () -> left("var/cache").length == 1,
            () -> assertThat(second.getParent().toFile().renameTo(moved.toFile())).isTrue());
    ActionReport report = prepared.execute(moving);
    assertThat(report.detail()).startsWith("deleted 2 of 3 files").contains("stopped: /var/log");
    assertThat(moved.resolve("b")).exists();
  }

  @Test
  void moreOfOneAgeThanMayGoAreNotChosenFrom() {
    world.old("/var/tmp/a");
    world.old("/var/tmp/b");
    world.monthPasses();
    refused(Map.of("max-files", 1, "min-files", 1), "all of one age");
  }

  @Test
  void theNewestOfEachDirectoryStay() throws IOException {
    world.monthPasses();
    for (int days = 8; days < 13; days++) {
      world.aged("/var/log/a/" + days, Duration.ofDays(days));
      world.aged("/var/log/b/" + days, Duration.ofDays(days));
    }
    PreparedAction prepared = prepare(Map.of("keep-newest", 2));
    assertThat(prepared.preview().items()).hasValue(6);
    // A younger one takes no place; one that is gone gives none away.
    world.aged("/var/log/a/0", Duration.ofDays(-1));
    Files.delete(world.root.resolve("var/log/b/8"));
    assertThat(execute(prepared).detail()).startsWith("deleted 5 of 6 files");
    assertThat(left("var/log/a")).containsExactlyInAnyOrder("0", "8", "9");
    assertThat(left("var/log/b")).containsExactlyInAnyOrder("9", "10");
  }

  @Test
  void tooLittleIsNotDeleted() {
    world.old("/var/tmp/nine bytes");
    world.monthPasses();
    world.blocksLeft(50);
    refused(Map.of("min-bytes", "5KiB"), "1 files, 4 KiB leave /var at 95 %");
    refused(Map.of("min-bytes", "5KiB", "target", "90%"), "expected at most target 90 %");
    assertThat(prepare(Map.of("min-bytes", "5KiB", "target", "94.9%")).preview().items())
        .hasValue(1);
  }

  @Test
  void fewBytesAreEnoughWhereInodesRunOut() {
    world.old("/var/tmp/nine bytes");
    world.monthPasses();
    world.host.commands().succeeds("1000 10\n", "stat", "-f", "-c", "%c %d", "--", "/var");
    Map<String, Object> section =
        Map.of("min-bytes", "1GiB", "min-files", 1, "roots", List.of("/var/tmp"));
    HealingAction action =
        new CleanDisk.Provider().create(world.host.withConfiguration(Configuration.of(section)));
    Issue issue =
        Issue.of(
            world.host.time().now(),
            IssueType.DISK_FULL,
            Severity.HIGH,
            "inodes",
            Map.of(Metric.of(Metric.FILESYSTEM_INODES_USED, "/var").toString(), 0.99),
            List.of("/var"));
    assertThat(action.prepare(issue, HostStates.now().build()).preview().items()).hasValue(1);
    refused(section, "too little");
  }

  @Test
  void directoriesThatAreNotLookedIntoAreCounted() throws Exception {
    world.old("/var/tmp/old");
    Path deep = world.old("/var/tmp" + "/d".repeat(66) + "/old");
    Path shared = world.old("/var/tmp/shared/old");
    Files.setPosixFilePermissions(shared.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of());
    assertThat(prepared.preview().steps()).anyMatch(s -> s.contains("leave out 2 directories"));
    assertThat(execute(prepared).detail()).contains("left out 2 directories");
    assertThat(deep).exists();
    assertThat(shared).exists();
  }

  @Test
  void rootWhereEverybodyRenamesIsRefusedUnlessItIsSticky() throws Exception {
    Path old = world.old("/var/tmp/old");
    world.monthPasses();
    Path root = old.getParent();
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
    refused(Map.of(), "chmod +t");
    assertThat(new ProcessBuilder("chmod", "1777", root.toString()).start().waitFor()).isZero();
    assertThat(execute(prepare(Map.of())).detail()).startsWith("deleted 1 of 1 files");
  }

  @Test
  void fileThatIsMarkedToBeKeptStays() throws Exception {
    Path marked = world.old("/var/tmp/marked");
    world.old("/var/tmp/CACHEDIR.TAG");
    assertThat(new ProcessBuilder("chmod", "+t", marked.toString()).start().waitFor()).isZero();
    world.monthPasses();
    refused(Map.of(), "nothing under");
  }

  @Test
  void whatCannotBeWrittenDownIsNotDone() {
    Path old = world.old("/var/tmp/old");
    world.monthPasses();
    PreparedAction prepared = prepare(Map.of());
    world.host.state().failWrites("No space left on device");
    assertThatThrownBy(() -> execute(prepared)).hasMessageContaining("No space left");
    assertThat(old).exists();
  }

  @Test
  void packagesAreLeftAloneWhileTheyAreInstalled() {
    world.old("/var/cache/apt/archives/a.deb");
    Path lock = world.old("/var/cache/apt/archives/lock");
    Path partial = world.old("/var/cache/apt/archives/partial/b.deb");
    world.monthPasses();
    world.host.processes().add(FakeProcesses.process(50, "dpkg"));
    refused(Map.of(), "nothing under");
    world.host.processes().remove(50);
    assertThat(execute(prepare(Map.of())).detail()).startsWith("deleted 1 of 1 files");
    assertThat(lock).exists();
    assertThat(partial).exists();
  }

  @Test
  void journaldsFilesAreLeftToJournald() {
    world.old("/var/log/journal/x");
    world.monthPasses();
    refused(Map.of(), "nothing under");
  }

  @Test
  void withoutKnowingTheMountsNothingIsDeleted() throws IOException {
    world.old("/var/tmp/old");
    Files.delete(world.root.resolve("proc/self/mountinfo"));
    refused(Map.of(), "mountinfo");
  }

  @Test
  void mountWithANameThatIsNoTextIsNotPassedBy() {
    world.old("/var/tmp/old");
    world
        .host
        .files()
        .write("/proc/self/mountinfo", "1 0 8:1 / /var/tmp/\uFFFD rw - ext4 /dev/root rw\n");
    refused(Map.of(), "a name that cannot be read");
  }

  @Test
  void withoutKnowingTheOpenFilesNothingIsDeleted() {
    assertThatThrownBy(
            () -> OpenFiles.keys(new dev.healing.testkit.FixtureFiles(world.root.resolve("none"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/proc cannot be listed");
  }

  /** Something happens once, as soon as that is so. */
  private record Watched(
      Execution execution, AtomicBoolean happened, BooleanSupplier when, Runnable event)
      implements Execution {
    @Override
    public Duration remaining() {
      return execution.remaining();
    }

    @Override
    public boolean cancelled() {
      if (when.getAsBoolean() && happened.compareAndSet(false, true)) {
        event.run();
      }
      return execution.cancelled();
    }

    @Override
    public boolean pause(Duration duration) {
      return execution.pause(duration);
    }

    @Override
    public void progress(String message) {
      execution.progress(message);
    }
  }
}
