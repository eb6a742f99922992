package dev.healing.spi;

import dev.healing.api.Verdict;

/**
 * Answers to a plan before it is carried out. All guards are asked, the strictest answer counts. A
 * guard that throws, or takes longer than {@code plugins.deadline}, has denied. Called on a worker,
 * one call at a time; quick, and without side effects. It is asked twice: before the action is
 * prepared, and right before it is done.
 */
public interface Guard {
  /** What it says to this proposal. */
  Verdict judge(Proposal proposal);
}
