package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for a probe whatever is answered, with one answer for each look. */
class OwnProbeProperties {
  private static List<Detection> looks(List<Boolean> bad, int n, int m) {
    TestHost host = new TestHost();
    List<Detection> found = new ArrayList<>();
    int[] asked = {0};
    host.commands()
        .on(command -> new Result(bad.get(asked[0]++) ? 1 : 0, "", "", false, false), "check");
    Detector detector =
        new OwnProbe.Kind()
            .create(
                "shop",
                host.withConfiguration(
                    Configuration.of(
                        Map.of(
                            "probe",
                            Map.of("command", List.of("check")),
                            "every",
                            "1s",
                            "for",
                            n + " of " + m))),
                Optional.empty());
    for (int look = 0; look < bad.size(); look++) {
      found.add(detector.detect(HostStates.at(host.time().now()).build()));
      host.time().advance(Duration.ofSeconds(1));
    }
    host.time().close();
    return found.subList(Math.min(1, found.size()), found.size()); // the first has no answer yet
  }

  /** As a level has it, of which good is clear. */
  @Property(tries = 200)
  void beginsWithNOfMAndEndsWithOneGoodAnswer(
      @ForAll @Size(max = 40) List<Boolean> bad,
      @ForAll @IntRange(min = 1, max = 4) int n,
      @ForAll @IntRange(max = 3) int more) {
    int m = n + more;
    List<Detection> found = looks(bad, n, m);
    int from = 0; // of the window, which begins anew where a problem ends
    boolean before = false;
    boolean told = false;
    for (int i = 0; i < found.size(); i++) {
      if (before && !bad.get(i)) {
        from = i + 1;
      }
      long hits =
          bad.subList(Math.max(from, Math.min(i + 1, i + 1 - m)), i + 1).stream()
              .filter(b -> b)
              .count();
      before = before ? bad.get(i) : hits >= n;
      told |= before || !bad.get(i) || i + 1 >= m;
      assertThat(found.get(i).issues().isEmpty()).as("answer %d of %s", i, bad).isEqualTo(!before);
      assertThat(found.get(i).unreadable().isEmpty()).as("answer %d of %s", i, bad).isEqualTo(told);
    }
  }
}
