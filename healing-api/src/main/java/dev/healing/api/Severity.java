package dev.healing.api;

/** How much an issue matters, mildest first. */
public enum Severity {
  /** Worth knowing. */
  LOW,
  /** Will matter if it goes on. */
  MEDIUM,
  /** Users notice, or soon will. */
  HIGH,
  /** The host is about to fail. */
  CRITICAL
}
