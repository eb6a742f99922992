package dev.healing.actions.nixos;

import java.util.List;
import java.util.regex.Pattern;

/** Names with {@code *} and {@code ?}, as the configuration has them. */
record Globs(List<String> globs) {
  boolean match(String name) {
    return globs.stream()
        .anyMatch(
            glob ->
                Pattern.matches(
                    "(?s)\\Q" + glob.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E",
                    name));
  }
}
