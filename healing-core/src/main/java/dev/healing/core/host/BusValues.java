package dev.healing.core.host;

import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.types.Variant;

/** Values as they come from the bus, where the same type may come in several classes. */
final class BusValues {
  private BusValues() {}

  static String text(Map<?, ?> values, String name) {
    return String.valueOf(value(values, name));
  }

  /** Empty text if it is not there. */
  static Object value(Map<?, ?> values, String name) {
    Object value = values.get(name);
    return value == null ? "" : unwrap(value);
  }

  static Object unwrap(Object value) {
    return value instanceof Variant<?> variant ? variant.getValue() : value;
  }

  /** 0 if it is no number. */
  static long number(Object value) {
    return value instanceof Number number ? number.longValue() : 0;
  }

  /** Empty if it is no list. */
  static Collection<?> list(Object value) {
    if (value instanceof Collection<?> collection) {
      return collection;
    }
    return value instanceof Object[] array ? Arrays.asList(array) : List.of();
  }

  static String hex(Object value) {
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    StringBuilder text = new StringBuilder();
    list(value).forEach(b -> text.append(HexFormat.of().toHexDigits(((Number) b).byteValue())));
    return text.toString();
  }

  /** As {@code systemctl show} does. */
  static String shown(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "yes" : "no";
    }
    return value instanceof Object[] || value instanceof Collection<?>
        ? String.join(" ", list(value).stream().map(String::valueOf).toList())
        : String.valueOf(value);
  }
}
