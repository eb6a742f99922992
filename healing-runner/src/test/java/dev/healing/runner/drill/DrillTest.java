package dev.healing.runner.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Severity;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.Detector;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DrillTest {
  @Test
  @Timeout(120)
  void aChildProcessIsBrokenAndHealedThroughTheRealLoop(@TempDir Path state) {
    List<String> steps = Collections.synchronizedList(new ArrayList<>());
    Timings timings;
    try (LinuxHost host = LinuxHost.open(state)) {
      timings = new ChildDrill(host).run(steps::add);
    }

    assertThat(timings.outcome()).isEqualTo(Outcome.HEALED);
    assertThat(timings.json().path("totalMillis").isNumber()).isTrue();
    assertThat(steps).anyMatch(step -> step.startsWith("Killed it (pid "));
  }

  @Test
  void theRealDetectorIsHeardAboutTheSacrificeOnly() {
    UnitDrill.OnlyAbout only =
        new UnitDrill.OnlyAbout(failed("postgresql.service", "drill.service"), "drill.service");

    assertThat(only.detect(NO_STATE).issues())
        .singleElement()
        .satisfies(issue -> assertThat(issue.components()).containsExactly("drill.service"));
    assertThat(only.reports()).containsExactly(IssueType.SERVICE_FAILED);
  }

  @Test
  void whatWasNotReachedIsNullAndNotZero() {
    Timings timings =
        new Timings(
            Instant.EPOCH,
            Optional.of(Instant.EPOCH.plusMillis(7)),
            Optional.empty(),
            Optional.empty(),
            Outcome.FAILED);

    assertThat(timings.json())
        .hasToString(
            "{\"detectMillis\":7,\"actMillis\":null,\"verifyMillis\":null,\"totalMillis\":null,"
                + "\"outcome\":\"FAILED\"}");
    assertThat(timings.healed()).isFalse();
  }

  private static final HostState NO_STATE = new NoState();

  private static Detector failed(String... units) {
    List<Issue> issues =
        List.of(units).stream()
            .map(
                unit ->
                    Issue.of(
                        Instant.EPOCH,
                        IssueType.SERVICE_FAILED,
                        Severity.HIGH,
                        unit + " failed",
                        Map.of(),
                        List.of(unit)))
            .toList();
    return new Detector() {
      @Override
      public Set<IssueType> reports() {
        return Set.of(IssueType.SERVICE_FAILED);
      }

      @Override
      public Detection detect(HostState state) {
        return Detection.of(issues);
      }
    };
  }
}
