package dev.healing.core.calls;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Faults of plugins as issues, so that a plugin that stopped working is seen. */
public final class PluginFaults {
  /** In whose name they are reported. */
  public static final String REPORTER = "engine";

  private PluginFaults() {}

  /** One for each fault, by {@code kind:name}. */
  public static List<Issue> issues(Map<String, String> faults, Instant at) {
    if (faults.isEmpty()) {
      return List.of();
    }
    return faults.entrySet().stream()
        .map(
            fault ->
                Issue.of(
                    at,
                    IssueType.PLUGIN_FAILED,
                    Severity.MEDIUM,
                    fault.getKey() + " " + fault.getValue(),
                    Map.of(),
                    List.of(fault.getKey())))
        .toList();
  }
}
