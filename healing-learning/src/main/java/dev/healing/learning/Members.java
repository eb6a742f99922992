package dev.healing.learning;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that was read: its members are asked for by name, as the {@link Kind} that each
 * should be of. Members that nobody asks for may be anything: another program of the same version
 * may have more to say.
 *
 * <p>What is of another kind, or missing, is refused with {@link IllegalArgumentException}.
 */
final class Members {
  private final Map<String, @Nullable Object> all = new LinkedHashMap<>();

  /** Adds what was read; false if that name was there already. */
  boolean add(String name, @Nullable Object value) {
    if (all.containsKey(name)) {
      return false;
    }
    all.put(name, value);
    return true;
  }

  /** By their names, in their order. */
  Map<String, @Nullable Object> all() {
    return Collections.unmodifiableMap(all);
  }

  boolean has(String name) {
    return all.containsKey(name);
  }

  /** As it was read; null if it is absent as well. */
  @Nullable Object value(String name) {
    return all.get(name);
  }

  /** What must be there. */
  <T> T get(String name, Kind<T> kind) {
    return kind.of(name, all.get(name));
  }

  /** What may be absent, or null. */
  <T> @Nullable T ifAny(String name, Kind<T> kind) {
    Object value = all.get(name);
    return value == null ? null : kind.of(name, value);
  }

  /** What may be absent, but not null. */
  <T> T or(T absent, String name, Kind<T> kind) {
    Object value = all.get(name);
    return value == null && !all.containsKey(name) ? absent : kind.of(name, value);
  }

  /** 0 if it is absent. */
  long whole(String name) {
    return or(0L, name, Kind.WHOLE);
  }

  /** 0 if it is absent. */
  int small(String name) {
    return or(0, name, Kind.SMALL);
  }

  /** 0 if it is absent. */
  double number(String name) {
    return or(0.0, name, Kind.NUMBER);
  }

  /** False if it is absent. */
  boolean flag(String name) {
    return or(false, name, Kind.FLAG);
  }

  String text(String name) {
    return get(name, Kind.TEXT);
  }
}
