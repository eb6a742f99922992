package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
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

class GenerationUnmarkedTest {
  private static final Instant SWITCH = Instant.parse("2026-01-01T12:00:00Z");
  private static final String MARK = "/nix/var/nix/profiles/system-last-known-good";

  @TempDir Path root;
  private TestHost host;
  private Detector detector;

  @BeforeEach
  void oneGeneration() throws IOException {
    host = new TestHost(root);
    profile();
    detector = new GenerationUnmarked.Provider().create(host);
  }

  private void profile() throws IOException {
    link("nix/var/nix/profiles/system-42-link", "/nix/store/b");
    link("nix/var/nix/profiles/system", "system-42-link");
    link("run/current-system", "/nix/store/b");
    FileTime time = FileTime.from(SWITCH);
    Files.getFileAttributeView(
            root.resolve("nix/var/nix/profiles/system"),
            BasicFileAttributeView.class,
            LinkOption.NOFOLLOW_LINKS)
        .setTimes(time, time, time);
  }

  private void link(String name, String to) throws IOException {
    Path link = root.resolve(name);
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(to));
  }

  private static HostStates well() {
    return HostStates.at(SWITCH.plus(Duration.ofHours(2))).health(90);
  }

  private static UnitState failed(Instant since) {
    return new UnitState(
        "app.service",
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

  private Detection afterAnHour(HostState first, HostState last) {
    detector.detect(first);
    host.time().advance(Duration.ofHours(1));
    return detector.detect(last);
  }

  @Test
  void whatIsWellForAnHourIsWorthAMark() throws IOException {
    assertThat(detector.detect(well().build())).isEqualTo(Detection.NOTHING);
    host.time().advance(Duration.ofMinutes(59));
    assertThat(detector.detect(well().build())).isEqualTo(Detection.NOTHING);
    host.time().advance(Duration.ofMinutes(1));
    Detection detection = detector.detect(well().build());
    assertThat(detection.issues()).hasSize(1);
    assertThat(detection.issues().get(0).components()).containsExactly(MARK);
    assertThat(detection.issues().get(0).description()).startsWith("generation 42 was well");
    link(MARK.substring(1), "/nix/store/a");
    assertThat(detector.detect(well().build()).issues()).hasSize(1);
    link(MARK.substring(1), "/nix/store/b");
    assertThat(detector.detect(well().build())).isEqualTo(Detection.NOTHING);
  }

  @Test
  void anythingThatIsNotWellInBetweenStartsTheHourAnew() {
    for (HostState ill :
        new HostState[] {
          well().health(59).build(),
          HostStates.at(SWITCH.plus(Duration.ofHours(2))).build(),
          well().unit(failed(SWITCH.plusSeconds(1))).build(),
          well().unreadable(HostSampler.SYSTEMD, "hangs").build()
        }) {
      detector.detect(well().build());
      host.time().advance(Duration.ofMinutes(59));
      assertThat(detector.detect(ill).issues()).isEmpty();
      host.time().advance(Duration.ofMinutes(1));
      assertThat(detector.detect(well().build())).isEqualTo(Detection.NOTHING);
      detector = new GenerationUnmarked.Provider().create(host);
    }
  }

  @Test
  void whatFailedBeforeTheSwitchIsNotHeldAgainstIt() {
    HostState state = well().unit(failed(SWITCH.minusSeconds(1))).build();
    assertThat(afterAnHour(state, state).issues()).hasSize(1);
  }

  @Test
  void anotherSwitchStartsTheHourAnew() throws IOException {
    detector.detect(well().build());
    link("nix/var/nix/profiles/system-43-link", "/nix/store/c");
    link("nix/var/nix/profiles/system", "system-43-link");
    link("run/current-system", "/nix/store/c");
    host.time().advance(Duration.ofHours(1));
    assertThat(detector.detect(well().build())).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatDoesNotRunProvesNothing() throws IOException {
    link("run/current-system", "/nix/store/a");
    assertThat(afterAnHour(well().build(), well().build())).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whereThereWasNoProfileOneIsFoundWithinAMinute() throws IOException {
    Files.delete(root.resolve("nix/var/nix/profiles/system"));
    detector = new GenerationUnmarked.Provider().create(host);
    assertThat(detector.detect(well().build())).isEqualTo(Detection.NOTHING);
    profile();
    host.time().advance(Duration.ofMinutes(1));
    assertThat(afterAnHour(well().build(), well().build()).issues()).hasSize(1);
  }
}
