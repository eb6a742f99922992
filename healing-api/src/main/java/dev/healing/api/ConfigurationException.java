package dev.healing.api;

import java.util.List;

/** The configuration cannot be used. All problems at once, one line each. */
public final class ConfigurationException extends HealingException {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  /** With one line per problem: file, line, key, value, what was expected. */
  public ConfigurationException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** One line per problem. */
  public List<String> problems() {
    return problems;
  }
}
