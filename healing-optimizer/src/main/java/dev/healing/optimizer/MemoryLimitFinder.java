package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service that had to be restarted again and again since it had taken the host's memory, and that
 * has no MemoryHigh: with one the kernel holds it back before others lack memory. How high it has
 * ever been is what the kernel noted ({@code memory.peak}); the limit is at most half of the host.
 * Advice.
 */
final class MemoryLimitFinder implements Finder {
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal: +(\\d{1,15}) kB$");
  private static final long MEBI = 1L << 20;
  private static final int FROM = 2;

  /** Of what it had at worst: it is to be held back before it is there again. */
  private static final double OF_PEAK = 0.8;

  private final HostContext host;

  MemoryLimitFinder(HostContext host) {
    this.host = host;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.SERVICE_TUNING;
  }

  @Override
  public Findings look(HostState state) {
    return PastRestarts.advised(
        state,
        r -> r.type().equals(IssueType.MEMORY_HIGH) || r.type().equals(IssueType.OUT_OF_MEMORY),
        FROM,
        (unit, restarts) -> advised(state, unit, restarts.size()));
  }

  private Optional<Opportunity> advised(HostState state, String unit, int times) {
    Map<String, String> now =
        host.systemd().properties(unit, Set.of("ControlGroup", "MemoryHigh", "MemoryMax"));
    boolean limited =
        List.of("MemoryHigh", "MemoryMax").stream()
            .anyMatch(name -> number(now.getOrDefault(name, "")).isPresent());
    OptionalLong peak =
        number(read("/sys/fs/cgroup" + now.getOrDefault("ControlGroup", "") + "/memory.peak"));
    Matcher total = TOTAL.matcher(read("/proc/meminfo"));
    if (limited || peak.isEmpty() || !total.find()) {
      return Optional.empty();
    }
    long halfBytes = Long.parseLong(total.group(1)) * 1024 / 2;
    long limit = Math.min((long) (OF_PEAK * peak.getAsLong()), halfBytes) / MEBI;
    String why =
        unit
            + " had to be restarted "
            + times
            + " times in "
            + PastRestarts.WINDOW.toDays()
            + " days since memory was short; it had up to "
            + Estimate.bytes(peak.getAsLong())
            + " and has no MemoryHigh";
    SortedMap<String, Double> numbers =
        Estimate.less(Metric.of("service.healed.count", unit), times, -times);
    numbers.put(Metric.of("service.memory.peak.bytes", unit).toString(), (double) peak.getAsLong());
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.SERVICE_SETTINGS,
            Severity.LOW,
            why,
            numbers,
            Set.of(unit, "memory-limit"));
    return limit == 0
        ? Optional.empty()
        : Optional.of(
            Estimate.advice(
                type(),
                issue,
                6,
                0.6,
                "the kernel holds it back at "
                    + Estimate.bytes(limit * MEBI)
                    + ", before others lack memory",
                new UnitSettings(unit, "Service", Map.of("MemoryHigh", limit + "M"), why)
                    .advice(host.files())));
  }

  private String read(String file) {
    return host.files().read(file).orElse("");
  }

  /** None is written as {@code infinity}, or as the largest number that there is. */
  private static OptionalLong number(String text) {
    return text.strip().matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(text.strip()))
        : OptionalLong.empty();
  }
}
