package dev.healing.api;

/** What came of an action, judged by looking at the symptom again. */
public enum Outcome {
  /** The detector that reported the issue looked again and no longer reports it. */
  HEALED,
  /** The issue is still there. */
  UNCHANGED,
  /** The issue is there and more severe, or the host is clearly worse. */
  WORSE,
  /** The action said itself that it did not work. */
  FAILED,
  /** We cannot know: crashed in between, timed out, or the symptom could not be looked at. */
  AMBIGUOUS,
  /** The action was not started: refused, paused, or the world had changed. */
  NOT_ATTEMPTED
}
