package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.OwnGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An array of disks lacks a member: what is on it is still there, and may not be after the next
 * one. Of Linux' software RAID and of btrfs. A failed disk is changed by a person, so nothing is
 * done. Over when the array has all its members again. Key: {@code ignore}, names of arrays with
 * {@code *} and {@code ?}.
 */
public final class ArrayDegraded implements Detector {
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final HostContext context;
  private final Globs ignored;
  private final Seldom<Map<String, DiskArray>> sick;
  private Set<String> reported = Set.of();

  private ArrayDegraded(HostContext context) {
    this.context = context;
    this.ignored = Globs.of(context.configuration().globs("ignore", List.of()));
    this.sick = new Seldom<>(context.time(), EVERY, found -> !found.isEmpty(), this::look);
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "array_degraded";
    }

    @Override
    public Detector create(HostContext context) {
      return new ArrayDegraded(context);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.ARRAY_DEGRADED);
  }

  @Override
  public Detection detect(HostState state) {
    try {
      Map<String, DiskArray> found = sick.look();
      reported = Set.copyOf(found.keySet());
      List<Issue> issues = new ArrayList<>();
      found.forEach((name, array) -> issues.add(issue(state, name, array)));
      return Detection.of(issues);
    } catch (HostException e) {
      String why = String.valueOf(e.getMessage());
      return new Detection(
          List.of(), reported.stream().map(name -> new Unreadable(name, why)).toList());
    }
  }

  /** In a container they are another host's. */
  private Map<String, DiskArray> look() {
    Map<String, DiskArray> found = new TreeMap<>();
    if (!OwnGroup.inContainer(context.files())) {
      try {
        DiskArray.all(
            context.files(), // two may have one label: the sick one is told of
            (name, array) -> found.merge(name, array, (one, other) -> one.well() ? other : one));
      } catch (IOException e) {
        throw new HostException("arrays of disks cannot be listed: " + HostException.reason(e), e);
      }
    }
    found.entrySet().removeIf(one -> one.getValue().well() || ignored.test(one.getKey()));
    return found;
  }

  private static Issue issue(HostState state, String name, DiskArray array) {
    Severity severity =
        array.broken()
            ? Severity.CRITICAL
            : array.missing() > 0 && array.rebuilding().isEmpty() ? Severity.HIGH : Severity.MEDIUM;
    return Issue.of(
        state.at(),
        IssueType.ARRAY_DEGRADED,
        severity,
        name + ": " + array.told() + " (" + array.advice(name) + ")",
        Map.of(
            "members.count", (double) array.members(),
            "members.missing.count", (double) array.missing(),
            "mismatches.count", (double) array.mismatches()),
        List.of(name));
  }
}
