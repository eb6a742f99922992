package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.testkit.FixtureFiles;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindersTest {
  @TempDir Path root;

  private FixtureFiles files;
  private NixStore nix;

  @BeforeEach
  void tree() {
    files = new FixtureFiles(root);
    nix = new NixStore(files);
  }

  private void mkdir(String name) throws IOException {
    Files.createDirectories(files.path(name));
  }

  private void modified(String name, Instant at) throws IOException {
    Files.setLastModifiedTime(files.path(name), FileTime.from(at));
  }

  private static Opportunity only(Finder finder, HostState state) {
    List<Opportunity> found = finder.look(state).opportunities();
    assertThat(found).hasSize(1);
    assertThat(found.get(0).type()).isEqualTo(finder.type());
    return found.get(0);
  }

  @Nested
  class Memory {
    private final Finder finder = new MemoryFinder(0.7);

    @Test
    void fromTheThresholdOn() {
      assertThat(finder.look(HostStates.now().memory(0.699).build()).opportunities()).isEmpty();

      Opportunity opportunity = only(finder, HostStates.now().memory(0.75).build());

      assertThat(opportunity.type()).isEqualTo(OptimizationType.MEMORY_MANAGEMENT);
      assertThat(opportunity.action()).contains(ActionId.FREE_MEMORY);
      assertThat(opportunity.issue().type()).isEqualTo(IssueType.MEMORY_HIGH);
      assertThat(opportunity.issue().components()).containsExactly("memory");
      assertThat(opportunity.safeToAutomate()).isTrue();
      assertThat(opportunity.benefit())
          .contains("75.0 % in use", "2.5 GiB are available", "512.0 MiB more bring it to 70.0 %");
    }

    @Test
    void isMoreUrgentTheFullerItIs() {
      assertThat(only(finder, HostStates.now().memory(0.7).build()).priority()).isEqualTo(5);
      assertThat(only(finder, HostStates.now().memory(0.85).build()).priority()).isEqualTo(7);
      assertThat(only(finder, HostStates.now().memory(1).build()).priority()).isEqualTo(10);
    }

    @Test
    void whatCannotBeReadIsNoOpportunityAndNotJudged() {
      Finder.Findings findings = finder.look(HostStates.now().build());

      assertThat(findings.opportunities()).isEmpty();
      assertThat(findings.judged()).isEmpty();
    }
  }

  @Nested
  class Caches {

    @Test
    void theyAreLookedThroughHoweverFullTheDiskIs() throws IOException {
      mkdir("/var/cache");
      HostState state = HostStates.now().disk("/", 0.2).disk("/var", 0.017).build();
      Opportunity found = only(new CacheFinder(files), state);

      assertThat(found.action()).contains(ActionId.CLEAR_CACHE);
      assertThat(found.issue().components()).as("where they are").containsExactly("/var");
      assertThat(found.issue().isOpportunity()).isTrue();
      assertThat(found.issue().description())
          .as("how often is for the configuration to say")
          .isEqualTo(
              "what clear_cache may delete is looked through now and then, however full the disk"
                  + " is");
    }

    @Test
    void withoutADirectoryOfCachesThereIsNothingToJudge() {
      assertThat(new CacheFinder(files).look(HostStates.now().disk("/", 0.2).build()))
          .isEqualTo(Finder.Findings.UNREADABLE);
    }
  }

  @Nested
  class Disk {
    private final Finder finder = new DiskFinder(0.8, Duration.ofDays(30));

    @Test
    void oneForEachMountFromTheThresholdOn() {
      HostState state =
          HostStates.now().disk("/", 0.79).disk("/var", 0.9).disk("/srv", 0.8).build();

      assertThat(finder.look(state).opportunities())
          .extracting(o -> o.issue().components().first())
          .containsExactly("/srv", "/var");
      assertThat(finder.look(state).judged()).containsExactlyInAnyOrder("/", "/srv", "/var");
    }

    @Test
    void tellsWhatHasToGo() {
      Opportunity opportunity = only(finder, HostStates.now().disk("/var", 0.9).build());

      assertThat(opportunity.action()).contains(ActionId.CLEAN_DISK);
      assertThat(opportunity.issue().type()).isEqualTo(IssueType.DISK_FULL);
      assertThat(opportunity.benefit()).contains("/var is 90.0 % full", "2.0 GiB have to go");
      assertThat(opportunity.issue().metrics())
          .containsEntry("filesystem.used.fraction{/var}", 0.9);
    }

    @Test
    void inodesCountToo() {
      HostState state =
          HostStates.now()
              .disk("/var", 0.2)
              .sample(Metric.of(Metric.FILESYSTEM_INODES_USED, "/var"), 0.95)
              .build();

      assertThat(only(finder, state).benefit()).contains("95.0 % full of inodes");
    }
  }

  @Nested
  class Generations {
    private final HostState state = HostStates.now().disk("/", 0.5).disk("/nix", 0.5).build();

    @Test
    void onlyOldOnesBesidesTheNewestAndNeverByItself() throws IOException {
      Finder finder = new GenerationFinder(nix, 3, Duration.ofDays(70));
      mkdir("/nix/var/nix/profiles/per-user");
      mkdir("/nix/var/nix/profiles/system");
      generation(9, 100);
      generation(10, 99);
      generation(11, 98);
      generation(8, 69);
      assertThat(finder.look(state).opportunities()).isEmpty();
      assertThat(finder.look(state).judged()).containsExactly("/nix");

      generation(7, 71);
      Opportunity opportunity = only(finder, state);

      assertThat(opportunity.action()).contains(ActionId.THIN_GENERATIONS);
      assertThat(opportunity.issue().type()).isEqualTo(IssueType.DISK_FULL);
      assertThat(opportunity.safeToAutomate()).isFalse();
      assertThat(opportunity.issue().components()).containsExactly("/nix");
      assertThat(opportunity.score()).isGreaterThanOrEqualTo(3);
      assertThat(opportunity.benefit())
          .contains("older than 70 days and not among the 3 newest: 1");
    }

    private void generation(int number, int daysOld) throws IOException {
      String name = "/nix/var/nix/profiles/system-" + number + "-link";
      mkdir(name);
      modified(name, state.at().minus(Duration.ofDays(daysOld)));
    }

    @Test
    void notOnAHostWithoutNix() {
      assertThat(new GenerationFinder(nix, 3, Duration.ZERO).look(state).judged()).isEmpty();
    }
  }

  @Nested
  class Store {
    private Finder finder;

    @BeforeEach
    void finder() {
      finder = new StoreFinder(nix, 0.8, Duration.ofDays(1));
    }

    private final HostState roomy = HostStates.now().disk("/", 0.5).build();
    private final HostState full = HostStates.now().disk("/", 0.9).build();

    private void store(Duration sinceLinked, Duration sinceChanged) throws IOException {
      mkdir("/nix/store/.links/0abc");
      mkdir("/nix/store/aaa-hello");
      mkdir("/nix/store/bbb-world");
      modified("/nix/store/.links", VirtualTime.START.minus(sinceLinked));
      modified("/nix/store", VirtualTime.START.minus(sinceChanged));
    }

    @Test
    void whenItHasChangedAndADayHasPassed() throws IOException {
      store(Duration.ofDays(2), Duration.ofHours(3));

      Opportunity opportunity = only(finder, roomy);

      assertThat(opportunity.type()).isEqualTo(OptimizationType.STORE_OPTIMIZATION);
      assertThat(opportunity.action()).contains(ActionId.OPTIMIZE_STORE);
      assertThat(opportunity.issue().type()).isEqualTo(IssueType.DISK_FULL);
      assertThat(opportunity.benefit()).contains("2 store paths, 1 distinct files linked so far");
      assertThat(opportunity.score()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void notTwiceADayUnlessItsFileSystemFillsUp() throws IOException {
      store(Duration.ofHours(20), Duration.ofHours(3));

      assertThat(finder.look(roomy).opportunities()).isEmpty();
      assertThat(only(finder, full).priority()).isEqualTo(7);
    }

    @Test
    void notWhenNothingHasComeSince() throws IOException {
      store(Duration.ofDays(30), Duration.ofDays(30).minusMinutes(20));

      assertThat(finder.look(full).opportunities()).isEmpty();
      assertThat(finder.look(full).judged()).containsExactly("/");
    }

    @Test
    void aStoreThatWasNeverOptimisedIsAClearCase() throws IOException {
      mkdir("/nix/store/aaa-hello");
      assertThat(only(finder, roomy).confidence()).isEqualTo(0.8);
      mkdir("/nix/store/.links");

      Opportunity opportunity = only(finder, roomy);

      assertThat(opportunity.issue().description()).contains("never been optimised");
      assertThat(opportunity.confidence()).isEqualTo(0.8);
    }

    @Test
    void notOnAHostWithoutNixNorWithAnEmptyStore() throws IOException {
      assertThat(finder.look(full).judged()).isEmpty();
      mkdir("/nix/store");
      assertThat(finder.look(full).opportunities()).isEmpty();
    }
  }
}
