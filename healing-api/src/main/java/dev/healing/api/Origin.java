package dev.healing.api;

/** On whose word an action is done, least first. */
public enum Origin {
  /** The engine's own, or that of the program that embeds it. */
  AUTOMATIC,
  /** A person asked for the problem to be healed. */
  REQUESTED,
  /** A person was shown exactly what would be done, and approved it. */
  APPROVED
}
