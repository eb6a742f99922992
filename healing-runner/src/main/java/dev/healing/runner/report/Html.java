package dev.healing.runner.report;

import dev.healing.runner.text.Lines;

/**
 * Builds HTML, or the SVG in it. Everything is escaped but the names of elements and attributes.
 */
final class Html {
  private final StringBuilder text = new StringBuilder();

  /** As text, between tags or between quotes, without characters that play with whoever reads. */
  static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (char c : Lines.clean(text).toCharArray()) {
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  /**
   * Begins an element.
   *
   * @param attributes names and values in turn
   */
  Html open(String element, String... attributes) {
    text.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ').append(attributes[i]).append("=\"");
      text.append(escaped(attributes[i + 1])).append('"');
    }
    text.append('>');
    return this;
  }

  /** Ends the element. */
  Html close(String element) {
    text.append("</").append(element).append('>');
    return this;
  }

  /** Adds text. */
  Html text(String more) {
    text.append(escaped(more));
    return this;
  }

  /** An element with nothing but text in it. */
  Html leaf(String element, String content, String... attributes) {
    return open(element, attributes).text(content).close(element);
  }

  /** Begins a new line of the file. */
  Html line() {
    text.append('\n');
    return this;
  }

  /** Adds what is no text: of this program only, never of a trace. */
  Html raw(String ours) {
    text.append(ours);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
