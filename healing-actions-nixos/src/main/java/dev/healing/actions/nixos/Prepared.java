package dev.healing.actions.nixos;

import dev.healing.api.ActionReport;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.Execution;
import dev.healing.spi.PreparedAction;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A preview and the work that it describes, which is done once and may still refuse. */
public final class Prepared implements PreparedAction {
  private final Preview preview;
  private final boolean destroys;
  private final Function<Execution, ActionReport> work;
  private final AtomicBoolean started = new AtomicBoolean();

  /** Of work that destroys nothing. */
  public Prepared(Preview preview, Function<Execution, ActionReport> work) {
    this(preview, false, work);
  }

  /** Of work that may destroy something, see {@link PreparedAction#destroys}. */
  public Prepared(Preview preview, boolean destroys, Function<Execution, ActionReport> work) {
    this.preview = preview;
    this.destroys = destroys;
    this.work = work;
  }

  @Override
  public Preview preview() {
    return preview;
  }

  @Override
  public boolean destroys() {
    return destroys;
  }

  @Override
  public ActionReport execute(Execution execution) {
    if (execution.cancelled()) {
      return ActionReport.refused(preview.target() + ": stopped before anything was done");
    }
    if (!started.compareAndSet(false, true)) {
      return ActionReport.refused(preview.target() + ": was executed already; prepare it again");
    }
    try {
      return work.apply(execution);
    } catch (RefusedException e) {
      return ActionReport.refused(String.valueOf(e.getMessage()));
    }
  }
}
