package dev.healing.optimizer;

import dev.healing.api.Configuration;
import dev.healing.api.Globs;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * The optimizer {@code proactive}. Its configuration, with the defaults; each kind can be {@code
 * off}:
 *
 * <pre>{@code
 * min-score: 3                        # 0 to 10: priority x confidence below it is not shown
 * health-floor: 40                    # nothing is done by itself below
 * windows: []                         # such as ["02:00-05:00"]: for what is heavy; empty: always
 * by-itself: off
 * memory: {from: 70%}
 * disk: {from: 80%, older-than: 30d}
 * caches: {every: 1d}
 * generations: {keep: 10, older-than: 70d}
 * store: {from: 80%, every: 1d}
 * services: {restarts: 3}
 * processes: {from: 20%, background: []}
 * network: {by-itself: off}
 * }</pre>
 */
public final class ProactiveOptimizerProvider implements OptimizerProvider {
  private static final int MIN_SCORE = 3;
  private static final int HEALTH_FLOOR = 40;
  private static final double MEMORY_FROM = 0.7;
  private static final double DISK_FROM = 0.8;
  private static final Duration LOGS_OLDER_THAN = Duration.ofDays(30);
  private static final Duration CACHES_EVERY = Duration.ofDays(1);
  private static final int KEEP_GENERATIONS = 10;
  private static final int MOST_GENERATIONS = 10_000;

  /** What thin_generations keeps by age with its own defaults: two weeks, and eight before. */
  private static final Duration GENERATIONS_OLDER_THAN = Duration.ofDays(70);

  private static final double STORE_FROM = 0.8;
  private static final Duration STORE_EVERY = Duration.ofDays(1);
  private static final int RESTARTS = 3;
  private static final double WAITING_FROM = 0.2;

  /** For the service loader, and for registering it by hand. */
  public ProactiveOptimizerProvider() {}

  @Override
  public String name() {
    return "proactive";
  }

  @Override
  public Optimizer create(HostContext context, Healer healer) {
    Configuration configuration = context.configuration();
    return new ProactiveOptimizer(
        context,
        healer,
        finders(context),
        configuration.count("min-score", MIN_SCORE, 0, Estimate.MOST_URGENT),
        configuration.count("health-floor", HEALTH_FLOOR, 0, 100),
        Windows.read(configuration, "windows", ZoneId.systemDefault()),
        configuration.section("caches").duration("every", CACHES_EVERY),
        configuration.flag("by-itself", false));
  }

  static List<Finder> finders(HostContext host) {
    Configuration configuration = host.configuration();
    NixStore nix = new NixStore(host.files());
    Configuration memory = configuration.section("memory");
    Configuration disk = configuration.section("disk");
    Configuration generations = configuration.section("generations");
    Configuration store = configuration.section("store");
    Configuration services = configuration.section("services");
    Configuration processes = configuration.section("processes");
    Configuration network = configuration.section("network");
    List<Finder> finders = new ArrayList<>();
    add(finders, memory, new MemoryFinder(memory.fraction("from", MEMORY_FROM)));
    add(
        finders,
        disk,
        new DiskFinder(
            disk.fraction("from", DISK_FROM), disk.duration("older-than", LOGS_OLDER_THAN)));
    add(finders, configuration.section("caches"), new CacheFinder(host.files()));
    add(
        finders,
        generations,
        new GenerationFinder(
            nix,
            generations.count("keep", KEEP_GENERATIONS, 1, MOST_GENERATIONS),
            generations.duration("older-than", GENERATIONS_OLDER_THAN)));
    add(
        finders,
        store,
        new StoreFinder(
            nix, store.fraction("from", STORE_FROM), store.duration("every", STORE_EVERY)));
    add(finders, services, new RestartFinder(host, services.count("restarts", RESTARTS, 1, 1_000)));
    add(finders, services, new OrderFinder(host));
    add(finders, services, new MemoryLimitFinder(host));
    add(
        finders,
        processes,
        new ProcessFinder(
            host,
            processes.fraction("from", WAITING_FROM),
            Globs.of(processes.globs("background", List.of()))));
    add(finders, network, new NetworkFinder(host, network.flag("by-itself", false)));
    return finders;
  }

  private static void add(List<Finder> finders, Configuration section, Finder finder) {
    if (section.enabled()) {
      finders.add(finder);
    }
  }
}
