package com.example.app;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Gives up the worker that hangs, and starts another one. */
final class ReplaceWorker implements ActionProvider, HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.of("replace_worker"),
          "gives up the hanging worker with its job and starts another",
          Set.of(QueueStuck.TYPE),
          Risk.MEDIUM,
          Set.of(),
          false,
          ActionDescription.IRREVERSIBLE,
          Duration.ofMillis(100),
          Duration.ofSeconds(5));

  private final WorkQueue queue;

  ReplaceWorker(WorkQueue queue) {
    this.queue = queue;
  }

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
    if (!DESCRIPTION.treats().contains(issue.type())) {
      throw new RefusedException("another worker is no remedy for " + issue.type());
    }
    String worker = "worker-" + queue.workers();
    Preview preview =
        Preview.of(
            "queue",
            "queue",
            Duration.ofMillis(10),
            Map.of("worker", worker),
            "interrupt " + worker + " and start another");
    return new Replacement(queue, preview);
  }

  private record Replacement(WorkQueue queue, Preview preview) implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      String worker = "worker-" + queue.workers();
      if (execution.cancelled() || !worker.equals(preview.facts().get("worker"))) {
        return ActionReport.refused("stopped, or replaced by someone else since the preview");
      }
      queue.replaceWorker();
      return ActionReport.done("worker-" + queue.workers() + " works in place of " + worker);
    }
  }
}
