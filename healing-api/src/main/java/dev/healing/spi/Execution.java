package dev.healing.spi;

import java.time.Duration;

/**
 * What a running action is given: its time, its stop signal, and a way to say how far it is. For
 * the thread that runs the action.
 */
public interface Execution {
  /** The time that is left before it is interrupted; zero if none is. */
  Duration remaining();

  /** Whether it should stop at the next safe point: asked to, or out of time. */
  boolean cancelled();

  /**
   * Waits. The only way for an action to wait.
   *
   * @return false if it should stop
   */
  boolean pause(Duration duration);

  /**
   * Says that from now on it may be stopped at no loss, and be done again later: for what is
   * serious and cannot be, and waits for the same lane. It is stopped as by the end of its time.
   */
  default void givesWay() {}

  /**
   * Says how far it is. From then on something may have been done: a refusal counts as a failure.
   */
  void progress(String message);
}
