package dev.healing.api;

/** On whose word an action is done. */
public enum Origin {
  /** The engine's own. */
  AUTOMATIC,
  /** The engine proposed it and a person approved exactly that. */
  APPROVED,
  /** A person, or the program that embeds the engine, asked for it. */
  REQUESTED
}
