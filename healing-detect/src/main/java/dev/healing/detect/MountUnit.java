package dev.healing.detect;

import java.nio.charset.StandardCharsets;

/**
 * How systemd calls the unit of a mount point: see {@code systemd-escape --path --suffix=mount}.
 */
final class MountUnit {
  private MountUnit() {}

  static String of(String mountPoint) {
    String path = mountPoint.replaceAll("/+", "/").replaceAll("^/|/$", "");
    StringBuilder name = new StringBuilder();
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == ':'
              || c == '_'
              || c == '.' && name.length() > 0;
      if (c == '/') {
        name.append('-');
      } else if (plain) {
        name.append(c);
      } else {
        name.append(String.format("\\x%02x", (int) c));
      }
    }
    return (name.length() == 0 ? "-" : name) + ".mount";
  }
}
