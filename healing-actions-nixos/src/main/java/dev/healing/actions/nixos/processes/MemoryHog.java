package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who takes the memory that goes: by what everybody's resident memory grew within a moment, and
 * what became less available in the same time. Processes of one name, user and unit are one, since
 * to end one of several workers would leave the rest to go on. That somebody is large is no
 * evidence: the database that has been large for weeks is not why memory ends now.
 *
 * @param members who grow, the fastest first
 * @param fallBytesPerSecond what became less available
 * @param nextBytesPerSecond what the next one takes
 */
record MemoryHog(List<ProcessUse> members, double fallBytesPerSecond, double nextBytesPerSecond) {
  private static final Duration WINDOW = Duration.ofMillis(150);

  /** Of what all processes take, so much must be its doing. */
  private static final double SHARE = 0.5;

  /** And of what goes: less than that, since not all is seen at the same instant. */
  private static final double SHARE_OF_FALL = 0.25;

  /** On a busy host one moment may tell nothing. */
  private static final int MOMENTS = 10;

  private static final int MOST_MEMBERS = 32;

  private record Kind(String name, int uid, List<String> units) {
    static Kind of(ProcessUse use) {
      ProcessState process = use.process();
      return new Kind(process.name(), process.uid(), process.units());
    }
  }

  /**
   * Measures, and finds it.
   *
   * @param minShare of all memory that it must have, or ending it would give too little
   * @throws RefusedException if memory does not go, or nobody is seen to take it
   */
  static MemoryHog find(HostContext host, double minShare) {
    RefusedException why = new RefusedException("nobody was looked at");
    for (int moment = 0; moment < MOMENTS; moment++) {
      try {
        return now(host, minShare);
      } catch (RefusedException e) {
        why = e;
      }
    }
    throw why;
  }

  private static MemoryHog now(HostContext host, double minShare) {
    MemAvailable before = MemAvailable.read(host);
    long beforeNanos = host.time().monotonicNanos();
    List<ProcessUse> all =
        ProcessUse.measure(
            host,
            WINDOW,
            window -> {
              host.workers().sleep(window);
              return true;
            });
    MemAvailable now = MemAvailable.read(host);
    double seconds = Math.max(1, host.time().monotonicNanos() - beforeNanos) / 1e9;
    double fall = (before.availableBytes() - now.availableBytes()) / seconds;
    Checks.require(
        fall > 0,
        "memory no longer runs out: " + Checks.size(now.availableBytes()) + " is available");
    Map<Kind, List<ProcessUse>> byKind = new HashMap<>();
    all.stream()
        .filter(use -> use.grownBytesPerSecond() > 0)
        .forEach(use -> byKind.computeIfAbsent(Kind.of(use), k -> new ArrayList<>()).add(use));
    List<List<ProcessUse>> kinds =
        byKind.values().stream()
            .sorted(
                Comparator.<List<ProcessUse>>comparingDouble(MemoryHog::grown)
                    .reversed()
                    .thenComparing(kind -> kind.get(0).process().ref().pid()))
            .toList();
    double taken = kinds.stream().mapToDouble(MemoryHog::grown).sum();
    double least = Math.max(SHARE * taken, SHARE_OF_FALL * fall);
    Checks.require(
        !kinds.isEmpty() && grown(kinds.get(0)) >= least,
        "nobody is seen to take the memory that goes ("
            + Checks.size(fall)
            + " a second)"
            + (kinds.isEmpty() ? "" : "; most is taken by " + words(kinds.get(0))));
    List<ProcessUse> first =
        kinds.get(0).stream()
            .sorted(Comparator.comparingDouble(ProcessUse::grownBytesPerSecond).reversed())
            .limit(MOST_MEMBERS)
            .toList();
    MemoryHog hog = new MemoryHog(first, fall, kinds.size() < 2 ? 0 : grown(kinds.get(1)));
    Checks.require(
        hog.residentBytes() >= minShare * now.totalBytes(),
        words(first)
            + ", which is less than "
            + Checks.size(minShare * now.totalBytes())
            + ": to end it would give too little");
    return hog;
  }

  private static double grown(List<ProcessUse> kind) {
    return kind.stream().mapToDouble(ProcessUse::grownBytesPerSecond).sum();
  }

  double residentBytes() {
    return members.stream().mapToDouble(use -> use.process().residentBytes()).sum();
  }

  /** The evidence. */
  String why() {
    Optional<Integer> score =
        members.stream()
            .flatMap(use -> use.process().oomScore().stream().boxed())
            .max(Comparator.naturalOrder());
    return words(members)
        + "; in all "
        + Checks.size(fallBytesPerSecond)
        + " a second becomes less available, and the next one takes "
        + Checks.size(nextBytesPerSecond)
        + score.map(s -> "; oom score " + s).orElse("");
  }

  private static String words(List<ProcessUse> kind) {
    double resident = kind.stream().mapToDouble(use -> use.process().residentBytes()).sum();
    return kind.get(0).who()
        + (kind.size() > 1 ? " and " + (kind.size() - 1) + " more of that name" : "")
        + " grew by "
        + Checks.size(grown(kind))
        + " a second to "
        + Checks.size(resident);
  }
}
