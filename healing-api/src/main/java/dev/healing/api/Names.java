package dev.healing.api;

import java.util.regex.Pattern;

/** The one rule for names that people type: lower case, digits, underscores and hyphens. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

  private Names() {}

  static String require(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " '"
              + name
              + "': expected a lower-case letter followed by up to 63 of a-z, 0-9, _ and -");
    }
    return name;
  }
}
