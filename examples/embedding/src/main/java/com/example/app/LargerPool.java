package com.example.app;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.detect.embedded.PoolExhausted;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;

/** Gives a pool whose threads all hang twice as many, up to a bound. */
record LargerPool(ThreadPoolExecutor pool) implements ActionProvider, HealingAction {
  private static final int MOST_THREADS = 16;
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.of("larger_pool"),
          "gives an exhausted pool twice as many threads",
          Set.of(PoolExhausted.TYPE),
          Risk.LOW,
          Set.of(),
          false,
          "set its size back",
          Duration.ofMillis(100),
          Duration.ofSeconds(5));

  @Override
  public String name() {
    return DESCRIPTION.id().name();
  }

  @Override
  public HealingAction create(HostContext context) {
    return this;
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    int threads = pool.getCorePoolSize();
    if (!DESCRIPTION.treats().contains(issue.type()) || threads * 2 > MOST_THREADS) {
      throw new RefusedException(threads + " threads are enough for " + issue.type());
    }
    Preview preview =
        Preview.of(
            "pool",
            "pool",
            Duration.ofMillis(10),
            Map.of("threads", String.valueOf(threads)),
            "have " + threads * 2 + " threads instead of " + threads);
    return new Growth(pool, threads, preview);
  }

  private record Growth(ThreadPoolExecutor pool, int threads, Preview preview)
      implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      if (execution.cancelled() || pool.getCorePoolSize() != threads) {
        return ActionReport.refused("stopped, or its size was changed since the preview");
      }
      pool.setMaximumPoolSize(threads * 2);
      pool.setCorePoolSize(threads * 2);
      return ActionReport.done("it has " + threads * 2 + " threads");
    }
  }
}
