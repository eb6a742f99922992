package dev.healing.runner.text;

import java.util.List;
import java.util.Map;

/**
 * How text is set off and laid out.
 *
 * @param colour whether escape sequences are used
 * @param width in columns
 */
public record Style(boolean colour, int width) {
  /** No escape sequences, in 80 columns. */
  public static final Style PLAIN = new Style(false, Lines.WIDTH);

  private static final int NARROWEST = 20;

  /**
   * Colour on a terminal that can show it, unless NO_COLOR says no (https://no-color.org). As wide
   * as COLUMNS says, which the launcher sets on a terminal; never wider than 80, which reads well.
   */
  public static Style of(boolean terminal, Map<String, String> environment) {
    String term = environment.getOrDefault("TERM", "");
    boolean can = terminal && !term.isEmpty() && !term.equals("dumb");
    String columns = environment.getOrDefault("COLUMNS", "");
    int width = columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : Lines.WIDTH;
    return new Style(
        can && environment.getOrDefault("NO_COLOR", "").isEmpty(),
        Math.max(NARROWEST, Math.min(Lines.WIDTH, width)));
  }

  /** Whether a line has room for these, two apart, after so many columns. */
  boolean fits(int column, String... texts) {
    return column + String.join("  ", texts).length() <= width;
  }

  /** As {@link Lines#wrap(String, int, int)}. */
  List<String> wrap(String text, int indent) {
    return Lines.wrap(text, indent, width);
  }

  /** As {@link Lines#field(String, String, int)}. */
  List<String> field(String name, String text) {
    return Lines.field(name, text, width);
  }

  /** Set off. */
  public String bold(String text) {
    return sgr("1", text);
  }

  /** In the background. */
  public String dim(String text) {
    return sgr("2", text);
  }

  /** All is well. */
  public String good(String text) {
    return sgr("32", text);
  }

  /** Look at this. */
  public String warn(String text) {
    return sgr("33", text);
  }

  /** Something is wrong. */
  public String bad(String text) {
    return sgr("31", text);
  }

  /** By severity. */
  public String severity(String severity, String text) {
    return switch (severity) {
      case "CRITICAL", "HIGH" -> bad(text);
      case "MEDIUM" -> warn(text);
      default -> dim(text);
    };
  }

  private String sgr(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
