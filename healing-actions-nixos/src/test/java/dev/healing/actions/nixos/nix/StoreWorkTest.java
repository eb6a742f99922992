package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How garbage_collect and optimize_store go about their work. */
class StoreWorkTest {
  private static final String DEAD = "/nix/store/dead";
  private static final String[] GC = {"nix-store", "--gc", "--max-freed", "1073741824"};
  private static final CommandRunner.Result ONE_DELETED =
      new CommandRunner.Result(0, "1 store paths deleted, 1.00 MiB freed\n", "", false, false);

  private final World world = new World();

  StoreWorkTest() {
    world.generations(2);
    world.room(50);
    world.host.files().write(DEAD + "/data", "x".repeat(5000));
    world
        .host
        .commands()
        .succeeds("a -> /nix/store/sys2\n", "nix-store", "--gc", "--print-roots")
        .succeeds(DEAD + "\n", "nix-store", "--gc", "--print-dead");
  }

  private PreparedAction prepared(ActionProvider provider) {
    return provider
        .create(world.host)
        .prepare(world.issue(IssueType.DISK_FULL, "/"), HostStates.now().build());
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(30)));
  }

  private long calls(String... argv) {
    return world.host.commands().calls().stream().filter(List.of(argv)::equals).count();
  }

  @Test
  void slicesGoOnUntilTheTargetIsReached() {
    world
        .host
        .commands()
        .on(
            command -> {
              world.room(world.host.files().space("/").availableBytes() + 60);
              return ONE_DELETED;
            },
            GC);
    ActionReport report = execute(prepared(new GarbageCollect.Provider()));
    assertThat(report.detail()).isEqualTo("3 store paths deleted; / is at most 80 % full");
    assertThat(calls(GC)).isEqualTo(3);
  }

  @Test
  void noFurtherSliceWhenABuildBeginsOrTheSystemIsSwitched() {
    PreparedAction prepared = prepared(new GarbageCollect.Provider());
    inTheFirstSlice(() -> world.host.processes().add(FakeProcesses.process(99, "nix-build")));
    assertThat(execute(prepared).detail()).contains("stopped, since Nix is at work (pid 99)");
    world.host.processes().remove(99);

    PreparedAction again = prepared(new GarbageCollect.Provider());
    inTheFirstSlice(() -> world.link(NixStore.PROFILE, "system-1-link"));
    assertThat(execute(again).detail()).contains("stopped, since the system was switched");
    assertThat(calls(GC)).isEqualTo(2);
  }

  /** A path is deleted in one slice, and none in another. */
  private void inTheFirstSlice(Runnable happens) {
    long before = calls(GC);
    world
        .host
        .commands()
        .on(
            command -> {
              happens.run();
              return calls(GC) == before + 1
                  ? ONE_DELETED
                  : new CommandRunner.Result(0, "0 store paths deleted\n", "", false, false);
            },
            GC);
  }

  private static CommandRunner.Result outOfTime() {
    return new CommandRunner.Result(137, "", "", false, true);
  }

  /** The second slice takes longer than there is time; so much room is there when it is ended. */
  private ActionReport slowSecondSlice(int deletedInFirst, long room) {
    long before = calls(GC);
    world
        .host
        .commands()
        .on(
            command -> {
              if (calls(GC) == before + 1 && deletedInFirst > 0) {
                return ONE_DELETED;
              }
              assertThat(command.timeLimit()).as("with time left to look again").hasMinutes(29);
              world.host.time().advance(command.timeLimit());
              world.room(room);
              return outOfTime();
            },
            GC);
    return execute(prepared(new GarbageCollect.Provider()));
  }

  @Test
  void aCollectionThatNeedsMoreTimeSaysWhatItHasFreed() {
    ActionReport report = slowSecondSlice(1, 50);
    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(report.detail()).isEqualTo("1 store paths deleted; time is over");

    report = slowSecondSlice(0, 70);
    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(report.detail())
        .isEqualTo("0 store paths deleted, and more in a slice that was ended; time is over");
    assertThat(prepared(new GarbageCollect.Provider()).preview().steps().get(1))
        .contains("as learned from earlier runs");

    report = slowSecondSlice(0, 70);
    assertThat(report.result()).as("nothing came of it").isEqualTo(Result.FAILED);
  }

  @Test
  void aCollectionThatIsStoppedInASliceSaysWhatItHasFreed() {
    TestExecution execution = new TestExecution(world.host.time(), Duration.ofMinutes(30));
    world
        .host
        .commands()
        .on(
            command -> {
              execution.cancel();
              world.room(70);
              throw new HostException("nix-store: interrupted, and was ended");
            },
            GC);
    ActionReport report = prepared(new GarbageCollect.Provider()).execute(execution);
    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(report.detail())
        .isEqualTo("0 store paths deleted, and more in a slice that was ended; stopped");
  }

  @Test
  void anOptimisationThatNeedsMoreTimeSaysWhatItHasGained() {
    for (long room : List.of(80, 80)) {
      world
          .host
          .commands()
          .on(
              command -> {
                world.room(room);
                return outOfTime();
              },
              "nix-store",
              "--optimise");
      ActionReport report = execute(prepared(new OptimizeStore.Provider()));
      assertThat(report.detail()).contains("the next run goes on with the rest");
      assertThat(report.result())
          .isEqualTo(report.before().equals(report.after()) ? Result.FAILED : Result.DONE);
    }
  }

  @Test
  void aMillionDeadPathsAreCountedAndSomeOfThemLookedAt() {
    StorePaths paths = new StorePaths();
    for (int i = 0; i < 1_000_000; i++) {
      paths.accept(DEAD + "/" + (i * 7_919L % 1_000_000 + 1_000_000));
    }
    assertThat(paths.count()).isEqualTo(1_000_000);
    assertThat(paths.sample())
        .hasSize(10_000)
        .isSorted()
        .startsWith(DEAD + "/1000000")
        .endsWith(DEAD + "/1009999");
  }

  @Test
  void aPathWithVeryManyFilesIsNotWalkedToItsEnd() {
    for (int i = 0; i < 50; i++) {
      world.host.files().write(DEAD + "/many/" + i + "/file", "x");
    }
    StorePaths paths = new StorePaths();
    paths.accept(DEAD);
    paths.accept(DEAD + "2");
    StoreSample sample = StoreSample.of(world.host.files(), paths, 20);
    assertThat(sample.files()).isBetween(5L, 20L);
    assertThat(sample.walked()).isEqualTo(1);
    assertThat(sample.complete()).isFalse();
    assertThat(StoreSample.of(world.host.files(), paths, 1000).files()).isEqualTo(51);

    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> StoreSample.of(world.host.files(), paths, 1000))
          .hasMessageContaining("interrupted");
    } finally {
      assertThat(Thread.interrupted()).as("restored").isTrue();
    }
  }

  @Test
  void whatIsKnownToBeGoodMustBeARootAsTheCurrentSystemMust() {
    world.link(NixStore.LAST_KNOWN_GOOD, "/nix/store/sys1");
    assertThatThrownBy(() -> prepared(new GarbageCollect.Provider()))
        .hasMessageContaining(NixStore.LAST_KNOWN_GOOD + " leads to /nix/store/sys1, which is no");
  }

  @Test
  void aRootThatIsGoneAfterwardsIsAFailure() {
    PreparedAction prepared = prepared(new GarbageCollect.Provider());
    world
        .host
        .commands()
        .on(
            command -> {
              world.room(500);
              world.host.commands().succeeds("", "nix-store", "--gc", "--print-roots");
              return ONE_DELETED;
            },
            GC);
    ActionReport report = execute(prepared);
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("looked again: /run/current-system leads to");
  }

  @Test
  void withIdlePriorityAndThroughTheDaemonWhereThereAreThese() {
    world.host.commands().installed("ionice", Path.of("/bin/ionice"));
    world.host.commands().installed("nice", Path.of("/bin/nice"));
    assertThat(prepared(new GarbageCollect.Provider()).preview().steps().get(2))
        .contains("with idle priority");

    world.host.files().write("/nix/var/nix/daemon-socket/socket", "");
    world.host.processes().add(FakeProcesses.process(50, "nix-daemon"));
    String[] prefix = {"ionice", "-c3", "nice", "-n19", "nix-store", "--option", "store", "daemon"};
    world
        .host
        .commands()
        .succeeds(
            "a -> /nix/store/sys2\n",
            "nix-store",
            "--option",
            "store",
            "daemon",
            "--gc",
            "--print-roots")
        .succeeds(DEAD + "\n", "nix-store", "--option", "store", "daemon", "--gc", "--print-dead")
        .on(
            command -> {
              world.room(500);
              return ONE_DELETED;
            },
            prefix[0],
            prefix[1],
            prefix[2],
            prefix[3],
            prefix[4],
            prefix[5],
            prefix[6],
            prefix[7],
            "--gc",
            "--max-freed",
            "1073741824");
    PreparedAction prepared = prepared(new GarbageCollect.Provider());
    assertThat(prepared.preview().steps().get(2)).contains("through the Nix daemon");
    assertThat(execute(prepared).result()).isEqualTo(Result.DONE);
  }

  @Test
  void theEstimateLeavesOutWhatSomethingElseIsLinkedWith() throws IOException {
    link(DEAD + "/data", "/nix/store/.links/one");
    assertThat(prepared(new GarbageCollect.Provider()).preview().bytes()).hasValue(8192);
    link(DEAD + "/data", "/nix/store/alive/data");
    assertThat(prepared(new GarbageCollect.Provider()).preview().bytes()).hasValue(0);
  }

  private void link(String file, String name) throws IOException {
    Path link = world.host.files().path(name);
    Files.createDirectories(link.getParent());
    Files.createLink(link, world.host.files().path(file));
  }

  @Test
  void howLongItTakesIsLearned() {
    Preview first = prepared(new GarbageCollect.Provider()).preview();
    assertThat(first.steps().get(1)).contains("a guess: nothing was learned yet");
    world
        .host
        .commands()
        .on(
            command -> {
              world.room(500);
              world.host.time().advance(Duration.ofSeconds(45));
              return ONE_DELETED;
            },
            GC);
    execute(prepared(new GarbageCollect.Provider()));

    Preview second = prepared(new GarbageCollect.Provider()).preview();
    // 450 bytes in 45 s: 10 a second, and 8192 are expected.
    assertThat(second.steps().get(1)).contains("as learned from earlier runs");
    assertThat(second.expectedDuration()).isEqualTo(Duration.ofSeconds(1 + 819));

    world.host.state().replace("speed.json", "{\"amount\":0.1,\"seconds\":100.0}");
    assertThat(prepared(new GarbageCollect.Provider()).preview().expectedDuration())
        .as("at most the time that it has")
        .isEqualTo(Duration.ofMinutes(30));

    world.host.state().replace("speed.json", "{\"amount\":\"much\"}");
    Preview third = prepared(new GarbageCollect.Provider()).preview();
    assertThat(third.steps().get(1)).contains("a guess: speed.json is damaged");
    assertThat(third.expectedDuration()).isEqualTo(first.expectedDuration());
  }

  @Test
  void optimisingStopsWhenThereIsLessRoom() {
    long[] leftAt = new long[1];
    world
        .host
        .commands()
        .on(
            command -> {
              world.room(44);
              try {
                world.host.time().sleep(Duration.ofHours(1));
              } catch (InterruptedException e) {
                leftAt[0] = world.host.time().monotonicNanos();
                throw new HostException("nix-store: interrupted, and was ended");
              }
              return new CommandRunner.Result(0, "", "", false, false);
            },
            "nix-store",
            "--optimise");
    ActionReport report = execute(prepared(new OptimizeStore.Provider()));
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).startsWith("stopped, since there is less room than before");
    assertThat(leftAt[0]).as("the command was ended").isPositive();
  }

  @Test
  void optimisingEndsWithTheTimeThatItHas() {
    world
        .host
        .commands()
        .on(
            command -> {
              try {
                world.host.time().sleep(Duration.ofHours(1));
                throw new AssertionError("nobody ended it");
              } catch (InterruptedException e) {
                throw new HostException("nix-store: interrupted, and was ended");
              }
            },
            "nix-store",
            "--optimise");
    ActionReport report = execute(prepared(new OptimizeStore.Provider()));
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("stopped; the next run goes on with the rest");
  }

  @Test
  void whatNixSaysWasSavedCountsAndNotWhatOthersDidToTheDisk() {
    world
        .host
        .commands()
        .on(
            command -> {
              world.room(48);
              return new CommandRunner.Result(
                  0, "", "36.00 MiB freed by hard-linking 2 files\n", false, false);
            },
            "nix-store",
            "--optimise");
    ActionReport report = execute(prepared(new OptimizeStore.Provider()));
    assertThat(report.result()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("Nix says 36.00 MiB freed by hard-linking 2 files");

    world
        .host
        .commands()
        .on(
            command -> {
              world.room(900);
              return new CommandRunner.Result(
                  0, "", "0.00 MiB freed by hard-linking 0 files\n", false, false);
            },
            "nix-store",
            "--optimise");
    assertThat(execute(prepared(new OptimizeStore.Provider())).result())
        .isEqualTo(Result.NOTHING_GAINED);
  }

  @Test
  void aStoreThatIsLinkedAlreadyIsNotOptimised() throws IOException {
    link(DEAD + "/data", "/nix/store/.links/one");
    assertThatThrownBy(() -> prepared(new OptimizeStore.Provider()))
        .hasMessageContaining("are linked already");
  }
}
