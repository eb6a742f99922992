package dev.healing.core.plugins;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What plugins remember over a reload, as long as the engine lives. Safe for several threads. */
public final class Memory {
  private final Map<String, Object> remembered = new ConcurrentHashMap<>();

  /** What this owner remembers in an object of this class; anew, if the class was loaded anew. */
  <T> T of(String owner, Class<T> type, Supplier<T> empty) {
    return type.cast(
        remembered.compute(
            owner + " " + type.getName(),
            (key, before) ->
                type.isInstance(before)
                    ? before
                    : Objects.requireNonNull(empty.get(), "nothing to remember in")));
  }

  /**
   * Of all others nothing is remembered: who is switched off, or gone, may find it otherwise when
   * it is there again.
   *
   * @param owners {@code kind.name} of each that is in use now
   */
  public void keepOnly(Set<String> owners) {
    remembered.keySet().removeIf(key -> !owners.contains(key.substring(0, key.indexOf(' '))));
  }
}
