package dev.healing.runner.realhost;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reports a service that is up as failed, as long as a file of its name lies in /run/test-sick. */
public final class SaidSick implements DetectorProvider {
  private record Reports(HostContext host) implements Detector {
    @Override
    public Set<IssueType> reports() {
      return Set.of(IssueType.SERVICE_FAILED);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.of(
          Stream.of("reloads", "sick", "kept", "slow", "still")
              .map(name -> "test-" + name + ".service")
              .filter(unit -> Files.exists(host.files().path("/run/test-sick/" + unit)))
              .map(
                  unit ->
                      Issue.of(
                          state.at(),
                          IssueType.SERVICE_FAILED,
                          Severity.HIGH,
                          unit + " is said to be sick",
                          Map.of(),
                          List.of(unit)))
              .toList());
    }
  }

  @Override
  public String name() {
    return "test_said_sick";
  }

  @Override
  public Detector create(HostContext context) {
    return new Reports(context);
  }
}
