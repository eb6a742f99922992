package dev.healing.api;

/** How far an action may go by itself, least first. */
public enum Autonomy {
  /** Look and report. Nothing is done, not even on request. */
  OBSERVE,
  /** Say what would be done; it is done only when an operator asks for it with {@code heal}. */
  SUGGEST,
  /** Prepare it and wait for {@code approve}. */
  CONFIRM,
  /** Do it. */
  AUTO
}
