package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.OptimizationType;
import dev.healing.api.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A Nix store that has changed since it was last optimised: {@code optimize_store}, when its file
 * system fills up, and otherwise now and then.
 *
 * <p>Nix links every distinct file that it sees while optimising into {@code /nix/store/.links}
 * ({@code optimise-store.cc}). So the time of that directory tells when the store was last
 * optimised, and the time of {@code /nix/store} whether paths have come since. Both can be read for
 * the price of two stats. A collection touches {@code .links} too: then this comes a little later
 * than it could. Where Nix optimises by itself ({@code auto-optimise-store}) there is never an
 * opportunity.
 */
final class StoreFinder implements Finder {
  /** Optimising itself touches the store for a while after it has made its last link. */
  private static final Duration AFTERMATH = Duration.ofHours(1);

  private static final int PRIORITY = 6;
  private static final double CONFIDENCE_IF_NEVER_DONE = 0.8;
  private static final double CONFIDENCE_IF_DONE_BEFORE = 0.6;

  private final NixStore store;
  private final double from;
  private final Duration every;

  StoreFinder(NixStore store, double from, Duration every) {
    this.store = store;
    this.from = from;
    this.every = every;
  }

  @Override
  public OptimizationType type() {
    return OptimizationType.STORE_OPTIMIZATION;
  }

  @Override
  public Findings look(HostState state) {
    Optional<String> mount = NixStore.mount(state);
    Optional<Instant> changed = store.changed();
    if (mount.isEmpty() || changed.isEmpty()) {
      return Findings.UNREADABLE;
    }
    OptionalDouble used = state.value(Metric.of(Metric.FILESYSTEM_USED, mount.get()));
    boolean never = store.neverOptimised();
    Optional<Instant> linked = never ? Optional.empty() : store.linked();
    boolean grown = linked.map(at -> changed.get().isAfter(at.plus(AFTERMATH))).orElse(never);
    boolean due = linked.map(at -> !at.plus(every).isAfter(state.at())).orElse(never);
    boolean full = used.orElse(0) >= from;
    if (!grown || !(full || due)) {
      return Findings.nothingAbout(mount.get());
    }
    OptionalLong paths = store.paths();
    OptionalLong links = store.links();
    if (paths.isEmpty() || paths.getAsLong() == 0) {
      return Findings.nothingAbout(mount.get());
    }
    long linkCount = links.orElse(0);
    SortedMap<String, Double> metrics = new TreeMap<>();
    used.ifPresent(
        value -> metrics.put(Metric.of(Metric.FILESYSTEM_USED, mount.get()).toString(), value));
    Metric room = Metric.of(Metric.FILESYSTEM_AVAILABLE, mount.get());
    state.value(room).ifPresent(bytes -> metrics.putAll(Estimate.more(room, bytes)));
    metrics.put("nix.store.paths.count", (double) paths.getAsLong());
    links.ifPresent(count -> metrics.put("nix.store.links.count", (double) count));
    String description =
        never
            ? "the Nix store has never been optimised"
            : "the Nix store has changed at "
                + changed.get()
                + ", and no file was linked since "
                + linked.map(Instant::toString).orElse("");
    Issue issue =
        Issue.of(
            state.at(),
            IssueType.DISK_FULL,
            Severity.LOW,
            description,
            metrics,
            Set.of(mount.get()));
    return Findings.of(
        mount.get(),
        Estimate.opportunity(
            type(),
            ActionId.OPTIMIZE_STORE,
            issue,
            full ? Math.max(PRIORITY, Estimate.priority(used.getAsDouble(), from)) : PRIORITY,
            never ? CONFIDENCE_IF_NEVER_DONE : CONFIDENCE_IF_DONE_BEFORE,
            paths.getAsLong()
                + " store paths, "
                + linkCount
                + " distinct files linked so far"
                + used.stream()
                    .mapToObj(value -> ", " + mount.get() + " " + Estimate.percent(value) + " full")
                    .findFirst()
                    .orElse("")
                + ": equal files in what came since are stored more than once",
            true));
  }
}
