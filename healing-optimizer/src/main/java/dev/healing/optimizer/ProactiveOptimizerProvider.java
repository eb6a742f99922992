package dev.healing.optimizer;

import dev.healing.api.Configuration;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The optimizer {@code proactive}. Its configuration, with the defaults; each kind can be {@code
 * off}:
 *
 * <pre>{@code
 * min-score: 3                        # 0 to 10: priority x confidence below it is not shown
 * memory: {from: 85%}
 * disk: {from: 80%}
 * generations: {keep: 10, older-than: 70d}
 * store: {from: 80%, every: 1d}
 * }</pre>
 */
public final class ProactiveOptimizerProvider implements OptimizerProvider {
  private static final int MIN_SCORE = 3;
  private static final double MEMORY_FROM = 0.85;
  private static final double DISK_FROM = 0.8;
  private static final int KEEP_GENERATIONS = 10;
  private static final int MOST_GENERATIONS = 10_000;

  /** What thin_generations keeps by age with its own defaults: two weeks, and eight before. */
  private static final Duration GENERATIONS_OLDER_THAN = Duration.ofDays(70);

  private static final double STORE_FROM = 0.8;
  private static final Duration STORE_EVERY = Duration.ofDays(1);

  /** For the service loader, and for registering it by hand. */
  public ProactiveOptimizerProvider() {}

  @Override
  public String name() {
    return "proactive";
  }

  @Override
  public Optimizer create(HostContext context, Healer healer) {
    Configuration configuration = context.configuration();
    int minScore = configuration.count("min-score", MIN_SCORE, 0, Estimate.MOST_URGENT);
    return new ProactiveOptimizer(finders(context.files(), configuration), minScore);
  }

  static List<Finder> finders(HostFiles files, Configuration configuration) {
    NixStore nix = new NixStore(files);
    Configuration memory = configuration.section("memory");
    Configuration disk = configuration.section("disk");
    Configuration generations = configuration.section("generations");
    Configuration store = configuration.section("store");
    List<Finder> finders = new ArrayList<>();
    add(finders, memory, new MemoryFinder(memory.fraction("from", MEMORY_FROM)));
    add(finders, disk, new DiskFinder(disk.fraction("from", DISK_FROM)));
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
    return finders;
  }

  private static void add(List<Finder> finders, Configuration section, Finder finder) {
    if (section.enabled()) {
      finders.add(finder);
    }
  }
}
