package dev.healing.core;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who has which lane, and who waits for it: actions run one at a time per lane. It is taken from
 * the intent until the receipt; if an action does not end in time, until its thread comes back,
 * however late. Belongs to the engine's thread.
 */
final class Lanes {
  private final Map<String, Tracked> holders = new HashMap<>();
  private final SetMultimap<String, Tracked> waiting = LinkedHashMultimap.create();

  /** Takes it, or waits for it; then who has it. */
  Optional<Tracked> take(String lane, Tracked incident) {
    Tracked holder = holders.putIfAbsent(lane, incident);
    if (holder != null) {
      waiting.get(lane).removeIf(other -> other.closedAt != null);
      waiting.put(lane, incident);
    }
    return Optional.ofNullable(holder);
  }

  /** Has it on after the receipt: what was begun has not ended. */
  void keep(String lane, Tracked incident) {
    holders.put(lane, incident);
  }

  /** Whether it is held by an action that should have ended. */
  boolean stuck(String lane) {
    Tracked holder = holders.get(lane);
    return holder != null && !holder.holds(lane);
  }

  /** Gives it back; those who waited for it, in the order in which they came. */
  Set<Tracked> free(String lane, Tracked incident) {
    holders.remove(lane, incident);
    return waiting.removeAll(lane);
  }
}
