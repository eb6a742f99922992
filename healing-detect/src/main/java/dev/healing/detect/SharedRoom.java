package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.spi.HostFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * Places that are full since the one thing is that they all lie on: data sets of a ZFS pool without
 * a quota of their own, or one file system at several places that were named. That is one problem.
 * It is told of the fullest of them, and of that one as long as it is full.
 */
final class SharedRoom {
  /** What is available to each is measured one after the other. */
  private static final double SAME = 0.01;

  private static final double SAME_BYTES = 1 << 20;

  private final HostFiles files;
  private final TreeSet<String> speakers = new TreeSet<>();

  SharedRoom(HostFiles files) {
    this.files = files;
  }

  /** One for each problem, of those of single places. */
  List<Issue> together(HostState state, List<Issue> issues) {
    List<Issue> left = new ArrayList<>(issues);
    List<Issue> told = new ArrayList<>();
    Map<String, String> lies = issues.size() > 1 ? lies() : Map.of();
    while (!left.isEmpty()) {
      Issue first = left.get(0);
      List<Issue> same =
          left.stream().filter(one -> one == first || shared(state, lies, first, one)).toList();
      left.removeAll(same);
      told.add(same.size() == 1 ? first : one(state, same));
    }
    speakers.clear();
    told.forEach(one -> speakers.add(place(one)));
    return told;
  }

  private static boolean shared(HostState state, Map<String, String> lies, Issue one, Issue other) {
    String on = lies.get(place(one));
    OptionalDouble here = available(state, one);
    OptionalDouble there = available(state, other);
    return on != null
        && on.equals(lies.get(place(other)))
        && here.isPresent()
        && there.isPresent()
        && Math.abs(here.getAsDouble() - there.getAsDouble())
            <= Math.max(SAME_BYTES, SAME * here.getAsDouble());
  }

  private Issue one(HostState state, List<Issue> same) {
    Issue speaker =
        same.stream()
            .filter(one -> speakers.contains(place(one)))
            .findFirst()
            .orElseGet(() -> fullest(state, same));
    TreeSet<String> others = new TreeSet<>();
    TreeSet<String> explained = new TreeSet<>();
    same.forEach(one -> others.add(place(one)));
    same.forEach(one -> explained.addAll(one.explains()));
    others.remove(place(speaker));
    return Issue.of(
            speaker.detectedAt(),
            speaker.type(),
            speaker.severity(),
            speaker.description() + "; it shares that with " + String.join(", ", others),
            speaker.metrics(),
            speaker.components())
        .explaining(explained);
  }

  private static Issue fullest(HostState state, List<Issue> same) {
    Issue fullest = same.get(0);
    for (Issue one : same) {
      fullest = used(state, one) > used(state, fullest) ? one : fullest;
    }
    return fullest;
  }

  private static double used(HostState state, Issue issue) {
    return state.value(Metric.of(Metric.FILESYSTEM_USED, place(issue))).orElse(0);
  }

  private static OptionalDouble available(HostState state, Issue issue) {
    return state.value(Metric.of(Metric.FILESYSTEM_AVAILABLE, place(issue)));
  }

  private static String place(Issue issue) {
    return issue.components().first();
  }

  /** What each place lies on. */
  private Map<String, String> lies() {
    Map<String, String> lies = new HashMap<>();
    try {
      for (MountInfo one : MountInfo.parse(files.read("/proc/self/mountinfo").orElse(""))) {
        String pool = one.source().split("/", 2)[0];
        lies.put(one.mountPoint(), one.type().equals("zfs") ? "zfs " + pool : one.device());
      }
    } catch (HostException e) {
      return Map.of(); // then each is told of
    }
    return lies;
  }
}
