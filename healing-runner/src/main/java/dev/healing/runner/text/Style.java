package dev.healing.runner.text;

import java.util.Map;

/**
 * How text is set off.
 *
 * @param colour whether escape sequences are used
 */
public record Style(boolean colour) {
  /** No escape sequences. */
  public static final Style PLAIN = new Style(false);

  /** Colour on a terminal that can show it, unless NO_COLOR says no (https://no-color.org). */
  public static Style of(boolean terminal, Map<String, String> environment) {
    String term = environment.getOrDefault("TERM", "");
    boolean can = terminal && !term.isEmpty() && !term.equals("dumb");
    return new Style(can && environment.getOrDefault("NO_COLOR", "").isEmpty());
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
