package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.UnitState;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationBrokenTest {
  private static final Instant SWITCH = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant SOON_AFTER = SWITCH.plusSeconds(20);

  @TempDir Path root;
  private Path profiles;
  private Detector detector;

  @BeforeEach
  void twoGenerations() throws IOException {
    profiles = Files.createDirectories(root.resolve("nix/var/nix/profiles"));
    Files.createSymbolicLink(profiles.resolve("system-41-link"), Path.of("/nix/store/a-nixos"));
    switchTo(42, SWITCH);
    detector = new GenerationBroken.Provider().create(new TestHost(root));
  }

  private void switchTo(int generation, Instant at) throws IOException {
    Path link = profiles.resolve("system-" + generation + "-link");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of("/nix/store/b-nixos"));
    Path profile = profiles.resolve("system");
    Files.deleteIfExists(profile);
    Files.createSymbolicLink(profile, link.getFileName());
    FileTime time = FileTime.from(at);
    Files.getFileAttributeView(profile, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(time, time, time);
  }

  private static UnitState failed(String name, Instant since) {
    return new UnitState(
        name,
        "loaded",
        "failed",
        "failed",
        "exit-code",
        "simple",
        OptionalLong.empty(),
        "",
        Optional.of(since),
        Set.of());
  }

  private static HostState state(UnitState... units) {
    HostStates states = HostStates.at(SWITCH.plus(Duration.ofHours(1)));
    for (UnitState unit : units) {
      states.unit(unit);
    }
    return states.build();
  }

  @Test
  void unitsThatFailRightAfterTheSwitchAreBlamedOnIt() {
    Detection detection = detector.detect(state(failed("nginx.service", SOON_AFTER)));
    assertThat(detection.issues()).hasSize(1);
    Issue issue = detection.issues().get(0);
    assertThat(issue.components()).containsExactly("/nix/var/nix/profiles/system");
    assertThat(issue.explains()).containsExactly("nginx.service");
    assertThat(issue.metrics()).containsEntry("generation", 42.0);
    assertThat(detector.detect(state())).isEqualTo(Detection.NOTHING);
  }

  @Test
  void failuresBeforeTheSwitchOrLongAfterItAreNot() {
    Instant late = SWITCH.plus(Duration.ofMinutes(10)).plusNanos(1);
    UnitState before = failed("old.service", SWITCH.minusSeconds(1));
    assertThat(detector.detect(state(before, failed("late.service", late))))
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void theBlameStaysWhenARestartFailsLater() {
    detector.detect(state(failed("nginx.service", SOON_AFTER)));
    UnitState again = failed("nginx.service", SWITCH.plus(Duration.ofMinutes(30)));
    assertThat(detector.detect(state(again)).issues()).hasSize(1);
  }

  @Test
  void whatHadFailedBeforeIsNotBlamedWhenTheSwitchMakesItFailAgain() throws IOException {
    detector.detect(state(failed("old.service", SWITCH.minusSeconds(60))));
    switchTo(43, SWITCH.plusSeconds(300));
    UnitState again = failed("old.service", SWITCH.plusSeconds(310));
    assertThat(detector.detect(state(again))).isEqualTo(Detection.NOTHING);
    assertThat(detector.detect(state(again, failed("new.service", SWITCH.plusSeconds(311)))))
        .satisfies(
            detection ->
                assertThat(detection.issues().get(0).explains()).containsExactly("new.service"));
  }

  @Test
  void withoutAnEarlierGenerationThereIsNothingToGoBackTo() throws IOException {
    Files.delete(profiles.resolve("system-41-link"));
    assertThat(detector.detect(state(failed("nginx.service", SOON_AFTER))))
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void aProfileThatIsNotUnderstoodIsUnreadable() throws IOException {
    Files.delete(profiles.resolve("system"));
    Files.createSymbolicLink(profiles.resolve("system"), Path.of("somewhere"));
    Detection detection = detector.detect(state(failed("nginx.service", SOON_AFTER)));
    assertThat(detection.issues()).isEmpty();
    assertThat(detection.unreadable().get(0).why()).contains("expected system-N-link");
  }

  @Test
  void aHostWithoutNixHasNoSuchIssue() {
    Detector elsewhere = new GenerationBroken.Provider().create(new TestHost());
    assertThat(elsewhere.detect(state(failed("nginx.service", SOON_AFTER))))
        .isEqualTo(Detection.NOTHING);
  }
}
