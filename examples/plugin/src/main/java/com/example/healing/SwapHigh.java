package com.example.healing;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Map;
import java.util.Set;

// tag::plugin[]
/** Swap fills up. Key: {@code high} (80%). */
public record SwapHigh(double high) implements Detector {
  private static final IssueType TYPE = IssueType.of("swap_high");

  /** Named in META-INF/services/dev.healing.spi.DetectorProvider. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "swap_high";
    }

    @Override
    public Detector create(HostContext context) {
      return new SwapHigh(context.configuration().fraction("high", 0.80));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(TYPE);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.value(Metric.MEMORY_USED).isEmpty()) {
      return new Detection(List.of(), List.of(new Unreadable("swap", "memory was not read")));
    }
    double used = state.value(Metric.SWAP_USED).orElse(0); // absent on a host without swap
    if (used < high) {
      return Detection.NOTHING;
    }
    String text = Math.round(used * 100) + " % of swap is in use";
    Map<String, Double> evidence = Map.of(Metric.SWAP_USED.toString(), used);
    return Detection.of(
        List.of(Issue.of(state.at(), TYPE, Severity.MEDIUM, text, evidence, List.of("swap"))));
  }
}
// end::plugin[]
