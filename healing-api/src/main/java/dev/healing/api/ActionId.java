package dev.healing.api;

import org.jspecify.annotations.Nullable;

/**
 * The name of a healing action. The set is open: a plugin makes its own with {@link #of}.
 *
 * @param name as people type it, for example {@code restart_service}
 */
public record ActionId(String name) implements Comparable<ActionId> {
  public static final ActionId RESTART_SERVICE = of("restart_service");
  public static final ActionId REPAIR_SERVICE = of("repair_service");
  public static final ActionId CLEAR_CACHE = of("clear_cache");
  public static final ActionId GARBAGE_COLLECT = of("garbage_collect");
  public static final ActionId KILL_PROCESS = of("kill_process");
  public static final ActionId END_MEMORY_HOG = of("end_memory_hog");
  public static final ActionId FREE_MEMORY = of("free_memory");
  public static final ActionId CLEAN_DISK = of("clean_disk");
  public static final ActionId OPTIMIZE_STORE = of("optimize_store");
  public static final ActionId THIN_GENERATIONS = of("thin_generations");
  public static final ActionId ROLLBACK_GENERATION = of("rollback_generation");
  public static final ActionId THROTTLE_SERVICE = of("throttle_service");
  public static final ActionId LIFT_THROTTLE = of("lift_throttle");
  public static final ActionId TUNE_NETWORK = of("tune_network");
  public static final ActionId MARK_GENERATION_GOOD = of("mark_generation_good");

  /** Validates the name. */
  public ActionId {
    Names.require("healing action", name);
  }

  /** The action of this name. */
  public static ActionId of(String name) {
    return new ActionId(name);
  }

  @Override
  public int compareTo(ActionId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }

  // Written out, as in all that maps are looked up by: those that a record brings along are put
  // together at their first use, of dozens of classes.
  @Override
  public boolean equals(@Nullable Object o) {
    return this == o || o instanceof ActionId other && other.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
