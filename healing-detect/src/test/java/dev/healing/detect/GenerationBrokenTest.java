package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
  void aGenerationThatWaitsForABootIsNotBlamed() throws IOException {
    Path runs = Files.createDirectories(root.resolve("run")).resolve("current-system");
    Files.createSymbolicLink(runs, Path.of("/nix/store/a-nixos"));
    UnitState failed = failed("nginx.service", SOON_AFTER);
    assertThat(detector.detect(state(failed))).isEqualTo(Detection.NOTHING);
    Files.delete(runs);
    Files.createSymbolicLink(runs, Path.of("/nix/store/b-nixos"));
    assertThat(detector.detect(state(failed)).issues()).as("it runs now").hasSize(1);
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

  private void unit(String system, String name, String inStore) throws IOException {
    Path units = Files.createDirectories(root.resolve(system.substring(1) + "-units"));
    Files.createSymbolicLink(units.resolve(name), Path.of(inStore));
    Path etc = Files.createDirectories(root.resolve(system.substring(1) + "-etc/systemd"));
    Files.createDirectories(root.resolve(system.substring(1)));
    linkOnce(root.resolve(system.substring(1)).resolve("etc"), system + "-etc");
    linkOnce(etc.resolve("system"), system + "-units");
  }

  private void program(String system, String name, String inStore) throws IOException {
    Path sw = root.resolve(system.substring(1) + "-path/bin");
    Files.createDirectories(sw);
    Files.createDirectories(root.resolve(system.substring(1)));
    Files.createSymbolicLink(sw.resolve(name), Path.of(inStore));
    linkOnce(root.resolve(system.substring(1)).resolve("sw"), system + "-path");
  }

  private static void linkOnce(Path link, String to) throws IOException {
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, Path.of(to));
    }
  }

  private static String path(char hash, String name) {
    return "/nix/store/" + String.valueOf(hash).repeat(32) + "-" + name;
  }

  private void filled() throws IOException {
    unit("/nix/store/a-nixos", "nginx.service", path('a', "unit-nginx.service/nginx.service"));
    unit("/nix/store/b-nixos", "nginx.service", path('b', "unit-nginx.service/nginx.service"));
    for (String system : new String[] {"/nix/store/a-nixos", "/nix/store/b-nixos"}) {
      unit(system, "same.service", path('c', "unit-same.service/same.service"));
      program(system, "ls", path('d', "coreutils-9.5/bin/ls"));
    }
    program("/nix/store/a-nixos", "nginx", path('e', "nginx-1.24/bin/nginx"));
    program("/nix/store/b-nixos", "nginx", path('f', "nginx-1.26/bin/nginx"));
    program("/nix/store/b-nixos", "nginx-test", path('f', "nginx-1.26/bin/nginx-test"));
  }

  @Test
  void theEvidenceSaysWhatFailedFirstWhatTheSwitchChangedAndHowSure() throws IOException {
    filled();
    UnitState later = failed("app.service", SOON_AFTER.plusSeconds(5));
    Issue issue =
        detector.detect(state(later, failed("nginx.service", SOON_AFTER))).issues().get(0);
    assertThat(issue.description())
        .startsWith("nginx.service failed 20 s after the switch from generation 41 to 42 at 2026")
        .contains("; then app.service; ")
        .contains("it changed the unit nginx.service and 2 packages (+nginx-1.26, -nginx-1.24)")
        .contains("what failed is among it")
        .endsWith("; 85% sure");
    assertThat(issue.metrics())
        .containsEntry("generation", 42.0)
        .containsEntry("generation.before", 41.0)
        .containsEntry("failed.after.seconds", 20.0)
        .containsEntry("units.changed.count", 1.0)
        .containsEntry("packages.changed.count", 2.0);
    assertThat(issue.metrics().get("blame.confidence")).isCloseTo(0.85, within(1e-9));
  }

  @Test
  void itIsSurerOfWhatItSawAndOfWhatTheSwitchChanged() throws IOException {
    filled();
    UnitState other = failed("same.service", SWITCH.plusSeconds(90));
    assertThat(confidence(detector.detect(state(other)))).isCloseTo(0.45, within(1e-9));
    switchTo(43, SWITCH.plusSeconds(300));
    Files.delete(profiles.resolve("system-42-link"));
    UnitState late = failed("new.service", SWITCH.plusSeconds(400));
    detector = new GenerationBroken.Provider().create(new TestHost(root));
    assertThat(confidence(detector.detect(state(late)))).isCloseTo(0.45, within(1e-9));
    detector = new GenerationBroken.Provider().create(new TestHost(root));
    detector.detect(state());
    switchTo(44, SWITCH.plusSeconds(300));
    assertThat(confidence(detector.detect(state(late))))
        .as("the same system under another number")
        .isCloseTo(0.2, within(1e-9));
  }

  @Test
  void whatItSawRunBeforeMakesItSurer() throws IOException {
    switchTo(41, SWITCH.minusSeconds(60));
    filled();
    Files.delete(profiles.resolve("system-41-link"));
    Files.createSymbolicLink(profiles.resolve("system-41-link"), Path.of("/nix/store/a-nixos"));
    detector.detect(state());
    switchTo(42, SWITCH);
    assertThat(confidence(detector.detect(state(failed("nginx.service", SOON_AFTER)))))
        .isCloseTo(0.95, within(1e-9));
  }

  @Test
  void whatCannotBeReadIsNotTakenForNoChange() throws IOException {
    filled();
    Path units = root.resolve("nix/store/b-nixos-etc/systemd/system");
    Files.delete(units);
    Files.createSymbolicLink(units, Path.of("/nix/store/b-nixos-etc/systemd/system"));
    Issue issue = detector.detect(state(failed("nginx.service", SOON_AFTER))).issues().get(0);
    assertThat(issue.description()).contains("what it changed is not known");
    assertThat(issue.metrics()).doesNotContainKey("units.changed.count");
    assertThat(issue.metrics().get("blame.confidence")).isCloseTo(0.55, within(1e-9));
  }

  private static double confidence(Detection detection) {
    return detection.issues().get(0).metrics().get("blame.confidence");
  }
}
