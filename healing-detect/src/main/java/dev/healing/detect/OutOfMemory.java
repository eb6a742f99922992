package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The kernel killed somebody for want of memory, of the host or of a control group. Over when it
 * did not for {@code window} (10m).
 */
public final class OutOfMemory implements Detector {
  private static final String COMPONENT = "memory";

  private final Duration window;

  private OutOfMemory(Duration window) {
    this.window = window;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "out_of_memory";
    }

    @Override
    public Detector create(HostContext context) {
      return new OutOfMemory(Windows.of(context.configuration(), Duration.ofMinutes(10)));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.OUT_OF_MEMORY);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(KernelSampler.OOM_KILLS.toString())) {
      String lacking = KernelSampler.OOM_KILLS.toString();
      return new Detection(List.of(), List.of(Evidence.why(state, COMPONENT, lacking)));
    }
    long kills = Counters.grown(state, KernelSampler.OOM_KILLS, window);
    return kills == 0 ? Detection.NOTHING : Detection.of(List.of(issue(state, kills)));
  }

  private Issue issue(HostState state, long kills) {
    Map<String, Double> metrics =
        new TreeMap<>(
            Evidence.of(state, KernelSampler.OOM_KILLS, Metric.MEMORY_AVAILABLE).metrics());
    metrics.put("oom_kills.lately.count", (double) kills);
    List<String> victims = victims(state);
    String text =
        String.format(
            "the kernel killed %d process%s for want of memory in the last %s%s",
            kills,
            kills == 1 ? "" : "es",
            Texts.duration(window),
            victims.isEmpty() ? "" : ": " + String.join(", ", victims));
    return Issue.of(
        state.at(), IssueType.OUT_OF_MEMORY, Severity.HIGH, text, metrics, List.of(COMPONENT));
  }

  private List<String> victims(HostState state) {
    Instant from = state.at().minus(window);
    return state.components(OomVictims.KILLED).stream()
        .filter(
            victim ->
                state
                    .sample(Metric.of(OomVictims.KILLED, victim))
                    .map(Sample::at)
                    .filter(at -> at.isAfter(from))
                    .isPresent())
        .toList();
  }
}
