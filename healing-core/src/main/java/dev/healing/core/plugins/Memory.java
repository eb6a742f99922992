package dev.healing.core.plugins;

import java.util.Map;
import java.util.Objects;
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

  /** It is switched off: what it sees when it is on again may have been otherwise in between. */
  void forget(String owner) {
    remembered.keySet().removeIf(key -> key.startsWith(owner + " "));
  }
}
