package dev.healing.api;

/** What an action needs to be allowed to do. Named before it is tried. */
public enum Privilege {
  /** Start, stop and restart system units. */
  MANAGE_UNITS,
  /** Signal processes of other users. */
  SIGNAL_PROCESSES,
  /** Write and delete files of other users, and kernel settings. */
  WRITE_SYSTEM_FILES,
  /** Collect, optimise and switch in the Nix store and its system profile. */
  MANAGE_NIX_STORE
}
