package dev.healing.testkit;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contract holds for a detector as simple as one can be. */
class ExampleDetectorContractTest extends DetectorContract {
  private static final class Hot implements Detector {
    @Override
    public Set<IssueType> reports() {
      return Set.of(IssueType.CPU_HIGH);
    }

    @Override
    public Detection detect(HostState state) {
      if (state.value(Metric.CPU_BUSY).orElse(0) < 0.9) {
        return Detection.NOTHING;
      }
      return Detection.of(
          List.of(
              Issue.of(
                  state.at(),
                  IssueType.CPU_HIGH,
                  Severity.HIGH,
                  "busy",
                  Map.of(),
                  List.of("cpu"))));
    }
  }

  @Override
  protected Detector detector() {
    return new Hot();
  }

  @Override
  protected HostState healthy() {
    return HostStates.now().sample(Metric.CPU_BUSY, 0.2).build();
  }

  @Override
  protected HostState sick() {
    return HostStates.now().sample(Metric.CPU_BUSY, 0.99).build();
  }
}
