package dev.healing.api;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names as a configuration may have them: {@code *} stands for any text, {@code ?} for any one
 * character, and all else for itself. A name matches if one of them matches all of it.
 */
public final class Globs implements Predicate<String> {
  private final Predicate<String> matches;

  private Globs(List<String> globs) {
    matches =
        globs.isEmpty()
            ? name -> false
            : Pattern.compile(
                    globs.stream().map(Globs::regex).collect(Collectors.joining("|")),
                    Pattern.DOTALL)
                .asMatchPredicate();
  }

  /** One that matches what any of these does; if there are none, nothing. */
  public static Globs of(List<String> globs) {
    return new Globs(globs);
  }

  @Override
  public boolean test(String name) {
    return matches.test(name);
  }

  private static String regex(String glob) {
    StringBuilder regex = new StringBuilder();
    glob.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
              }
            });
    return regex.toString();
  }
}
