package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the links of a NixOS host lead to. */
class ProfileTest {
  private static final String PROFILES = "/nix/var/nix/profiles/";

  @TempDir Path root;
  private TestHost host;
  private Detector dangling;
  private Detector stale;

  @BeforeEach
  void twoGenerationsOfWhichTheNewerRuns() throws IOException {
    host = new TestHost(root);
    for (String system : new String[] {"a", "b", "c"}) {
      Files.createDirectories(root.resolve("nix/store/" + system));
    }
    link(PROFILES + "system-41-link", "/nix/store/a");
    link(PROFILES + "system-42-link", "/nix/store/b");
    link(PROFILES + "system", "system-42-link");
    link("/run/current-system", "/nix/store/b");
    link("/run/booted-system", "/nix/store/a");
    dangling = new ProfileDangling.Provider().create(host);
    stale = new GenerationStale.Provider().create(host);
  }

  /** As of now. */
  private void link(String name, String to) throws IOException {
    Path link = root.resolve(name.substring(1));
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(to));
    FileTime now = FileTime.from(host.time().now());
    Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(now, now, now);
  }

  private Detection later(Detector detector, Duration time) {
    host.time().advance(time);
    return detector.detect(HostStates.at(host.time().now()).build());
  }

  private Detection soon(Detector detector) {
    return later(detector, Duration.ofMinutes(5));
  }

  @Test
  void aGenerationWhoseSystemIsGoneIsToldOnceWithAllThatLeadsToIt() throws IOException {
    assertThat(soon(dangling)).isEqualTo(Detection.NOTHING);
    Files.delete(root.resolve("nix/store/b"));
    assertThat(later(dangling, Duration.ofMinutes(4))).as("seldom").isEqualTo(Detection.NOTHING);
    Issue issue = soon(dangling).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.components()).containsExactly("/run/current-system");
    assertThat(issue.description())
        .isEqualTo(
            "/run/current-system (also /nix/var/nix/profiles/system,"
                + " /nix/var/nix/profiles/system-42-link) leads to /nix/store/b, which is not there:"
                + " programs of the system that runs are gone");
    Files.createDirectories(root.resolve("nix/store/b"));
    assertThat(later(dangling, Duration.ofSeconds(1))).as("at once").isEqualTo(Detection.NOTHING);
  }

  @Test
  void theProfileWithoutItsLinkIsToldByWhatIsMissing() throws IOException {
    Files.delete(root.resolve("nix/var/nix/profiles/system-42-link"));
    Issue issue = soon(dangling).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.description())
        .isEqualTo(
            "/nix/var/nix/profiles/system leads to /nix/var/nix/profiles/system-42-link, which is"
                + " not there: the host will not boot into it; build or copy the system again");
  }

  @Test
  void whatOnlyMattersForGoingBackIsLow() throws IOException {
    link("/run/booted-system", "/nix/store/c");
    Files.delete(root.resolve("nix/store/a"));
    assertThat(soon(dangling).issues()).extracting(Issue::severity).containsExactly(Severity.LOW);
    Files.delete(root.resolve("nix/store/c"));
    assertThat(soon(dangling).issues())
        .extracting(Issue::severity)
        .containsExactlyInAnyOrder(Severity.LOW, Severity.MEDIUM);
  }

  @Test
  void aStoreThatIsAwayIsNotWell() throws IOException {
    Files.delete(root.resolve("nix/store/b"));
    assertThat(soon(dangling).issues()).hasSize(1);
    Files.move(root.resolve("nix/store"), root.resolve("away"));
    assertThat(soon(dangling).unreadable())
        .containsExactly(new Unreadable("/run/current-system", "/nix/store is not there"));
    dangling = new ProfileDangling.Provider().create(host);
    assertThat(soon(dangling)).as("where none was seen").isEqualTo(Detection.NOTHING);
  }

  @Test
  void linksThatLeadInACircleAreNotCalledGone() throws IOException {
    link("/run/current-system", "booted-system");
    link("/run/booted-system", "current-system");
    assertThat(soon(dangling)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void otherHostsHaveNothingToLose() throws IOException {
    TestHost debian = new TestHost(root.resolve("debian"));
    TestHost withNix = new TestHost(root.resolve("with-nix"));
    Files.createDirectories(root.resolve("with-nix/nix/store"));
    Files.createDirectories(root.resolve("with-nix/nix/var/nix/profiles/per-user"));
    for (TestHost other : new TestHost[] {debian, withNix}) {
      for (Detector detector :
          new Detector[] {
            new ProfileDangling.Provider().create(other),
            new GenerationStale.Provider().create(other)
          }) {
        assertThat(detector.detect(HostStates.now().build())).isEqualTo(Detection.NOTHING);
      }
    }
  }

  @Test
  void aRebootThatIsDueIsToldAfterTwoWeeks() throws IOException {
    link(PROFILES + "system-43-link", "/nix/store/c");
    link(PROFILES + "system", "system-43-link");
    Instant since = host.time().now();
    assertThat(later(stale, Duration.ofDays(13))).isEqualTo(Detection.NOTHING);
    Issue issue = later(stale, Duration.ofDays(1)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.LOW);
    assertThat(issue.components()).containsExactly("/run/current-system");
    assertThat(issue.description())
        .isEqualTo(
            "generation 42 runs, and 43 is the one that will be booted, since "
                + since
                + ": a reboot is due");
    link("/run/current-system", "/nix/store/c");
    Issue again = later(stale, Duration.ofMinutes(4)).issues().get(0);
    assertThat(again.detectedAt()).as("as of when it was read").isEqualTo(issue.detectedAt());
    assertThat(soon(stale)).isEqualTo(Detection.NOTHING);
    assertThat(later(stale, Duration.ofMinutes(4)))
        .isEqualTo(Detection.nothingSince(Duration.ofMinutes(4)));
  }

  @Test
  void whatWasOnlyTriedIsToldFromWhenItWas() throws IOException {
    host.time().advance(Duration.ofDays(30));
    link("/run/current-system", "/nix/store/c");
    assertThat(later(stale, Duration.ofDays(13))).isEqualTo(Detection.NOTHING);
    assertThat(later(stale, Duration.ofDays(1)).issues().get(0).description())
        .startsWith("what runs is no generation of the system, since ")
        .endsWith(": the next boot is into generation 42");
  }

  @Test
  void whatWasRolledBackToOrIsASpecialisationIsWhatWillBeBooted() throws IOException {
    link(PROFILES + "system", "system-41-link");
    link("/run/current-system", "/nix/store/a");
    assertThat(later(stale, Duration.ofDays(99))).isEqualTo(Detection.NOTHING);
    link("/nix/store/a/specialisation/gaming", "/nix/store/c");
    link("/run/current-system", "/nix/store/c");
    assertThat(later(stale, Duration.ofDays(99))).isEqualTo(Detection.NOTHING);
    link("/run/current-system", "/nix/store/b");
    assertThat(later(stale, Duration.ofDays(99)).issues()).hasSize(1);
    link(PROFILES + "system-profiles/lab-1-link", "/nix/store/b");
    assertThat(later(stale, Duration.ofDays(99)))
        .as("of another profile")
        .isEqualTo(Detection.NOTHING);
    Files.delete(root.resolve("nix/var/nix/profiles/system-profiles/lab-1-link"));
    assertThat(later(stale, Duration.ofDays(99)).issues()).hasSize(1);
    Files.delete(root.resolve("nix/var/nix/profiles/system"));
    Files.createDirectories(root.resolve("nix/var/nix/profiles/system"));
    assertThat(later(stale, Duration.ofDays(1)).unreadable())
        .containsExactly(
            new Unreadable(
                "/run/current-system",
                "/nix/var/nix/profiles/system is no link: expected one to system-N-link"));
  }
}
