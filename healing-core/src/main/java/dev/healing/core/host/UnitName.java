package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Names of units, and of their D-Bus objects. See systemd.unit(5) and sd_bus_path_encode(3). */
final class UnitName {
  private static final String OBJECTS = "/org/freedesktop/systemd1/unit/";

  private UnitName() {}

  static boolean valid(String name) {
    return UnitState.isName(name);
  }

  /** The name itself, if it is one. */
  static String require(String name) {
    // A leading hyphen would be an option to systemctl; "-.mount" and "-.slice" are real.
    if (!valid(name)) {
      throw new HostException(
          "'"
              + name
              + "' is no unit name: expected letters, digits and :_.\\@- with a suffix like"
              + " .service, at most 255");
    }
    return name;
  }

  /** The name itself, if it is a service's. */
  static String requireService(String name) {
    if (!require(name).endsWith(".service")) {
      throw new HostException(name + " is no service: expected a name that ends in .service");
    }
    return name;
  }

  static String objectPath(String name) {
    StringBuilder path = new StringBuilder(OBJECTS);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0) {
      return path.append('_').toString();
    }
    for (int i = 0; i < bytes.length; i++) {
      int c = bytes[i] & 0xff;
      boolean digit = c >= '0' && c <= '9';
      if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit && i > 0) {
        path.append((char) c);
      } else {
        path.append('_').append(hex(c >> 4)).append(hex(c & 0xf));
      }
    }
    return path.toString();
  }

  private static char hex(int nibble) {
    return Character.forDigit(nibble, 16);
  }

  /** The unit of this object; absent if it is no unit's. */
  static Optional<String> ofObjectPath(String path) {
    if (!path.startsWith(OBJECTS) || path.length() == OBJECTS.length()) {
      return Optional.empty();
    }
    String escaped = path.substring(OBJECTS.length());
    if (escaped.equals("_")) {
      return Optional.of("");
    }
    byte[] bytes = new byte[escaped.length()];
    int length = 0;
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '_') {
        int high = i + 1 < escaped.length() ? Character.digit(escaped.charAt(i + 1), 16) : -1;
        int low = i + 2 < escaped.length() ? Character.digit(escaped.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        bytes[length++] = (byte) c;
      }
    }
    return Optional.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
  }
}
