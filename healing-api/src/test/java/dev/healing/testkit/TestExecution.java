package dev.healing.testkit;

import dev.healing.spi.Execution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a running action is given, on virtual time; on the driver's thread or a task's. */
public final class TestExecution implements Execution {
  private static final int PATIENCE = 1000;

  private final VirtualTime time;
  private final long deadlineNanos;
  private final List<String> messages = new ArrayList<>();
  private boolean cancelled;
  private boolean cancelAtFirstStep;
  private int pausesInVain;

  /** An execution that may take this long. */
  public TestExecution(VirtualTime time, Duration limit) {
    this.time = time;
    this.deadlineNanos = time.monotonicNanos() + limit.toNanos();
  }

  /** It should stop at the next safe point. */
  public TestExecution cancel() {
    cancelled = true;
    return this;
  }

  /** It should stop as soon as it has waited once or said how far it is. */
  public TestExecution cancelAtFirstStep() {
    cancelAtFirstStep = true;
    return this;
  }

  /** What it said, oldest first. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, deadlineNanos - time.monotonicNanos()));
  }

  @Override
  public boolean cancelled() {
    return cancelled || remaining().isZero();
  }

  @Override
  public boolean pause(Duration duration) {
    if (cancelled()) {
      if (++pausesInVain > PATIENCE) {
        throw new AssertionError("the action does not stop when pause says that it should");
      }
      return false;
    }
    Duration shorter = duration.compareTo(remaining()) < 0 ? duration : remaining();
    if (time.onTask()) {
      try {
        time.sleep(shorter);
      } catch (InterruptedException e) {
        cancelled = true;
      }
    } else {
      time.advance(shorter);
    }
    cancelled |= cancelAtFirstStep;
    return !cancelled();
  }

  @Override
  public void progress(String message) {
    messages.add(message);
    cancelled |= cancelAtFirstStep;
  }
}
