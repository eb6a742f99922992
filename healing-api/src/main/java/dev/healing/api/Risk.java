package dev.healing.api;

/** What an action can break at worst, mildest first. */
public enum Risk {
  /** Nothing that anybody would notice. */
  LOW,
  /** A short interruption, or the loss of something that can be made again. */
  MEDIUM,
  /** The loss of work in progress. */
  HIGH,
  /** The whole host. Never without confirmation. */
  CRITICAL
}
