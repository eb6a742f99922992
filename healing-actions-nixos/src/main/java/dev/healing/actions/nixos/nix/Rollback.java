package dev.healing.actions.nixos.nix;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which way a rollback goes.
 *
 * @param from the generation that is left
 * @param left its path in the store
 * @param to the generation that is switched to
 * @param system its path in the store
 * @param blamed the units that began to fail with the generation that is left
 */
record Rollback(int from, String left, int to, String system, SortedSet<String> blamed) {
  /** Copies. */
  Rollback {
    blamed = new TreeSet<>(blamed);
  }

  /** How a generation is switched to. */
  static final String SCRIPT = "/bin/switch-to-configuration";
}
