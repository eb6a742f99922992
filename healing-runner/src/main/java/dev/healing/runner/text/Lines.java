package dev.healing.runner.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lays text out, in 80 columns where nothing else is said. */
public final class Lines {
  /** How wide, at most. */
  public static final int WIDTH = 80;

  private static final int NARROW = 50;

  private Lines() {}

  /** Without control characters, so that no name can play with a terminal. */
  public static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** Without control characters but its line breaks. */
  public static String cleanLines(String text) {
    return text.lines().map(Lines::clean).collect(Collectors.joining("\n"));
  }

  /**
   * Breaks it at spaces; every line begins with the indent, a word that is too long stays whole.
   */
  public static List<String> wrap(String text, int indent) {
    return wrap(text, indent, WIDTH);
  }

  /** The same in so many columns. */
  static List<String> wrap(String text, int indent, int width) {
    List<String> lines = new ArrayList<>();
    String margin = " ".repeat(indent);
    StringBuilder line = new StringBuilder();
    for (String word : clean(text).trim().split(" +")) {
      if (line.length() > 0 && indent + line.length() + 1 + word.length() > width) {
        lines.add(margin + line);
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(margin + line);
    return lines;
  }

  /**
   * {@code name text}, the text aligned at column 14 and wrapped there; below the name where there
   * are few columns.
   */
  static List<String> field(String name, String text, int width) {
    if (width < NARROW) {
      List<String> lines = wrap(name + ": " + text, 0, width);
      if (lines.size() > 1) {
        lines = wrap(text, 2, width);
        lines.add(0, clean(name));
      }
      return lines;
    }
    List<String> lines = wrap(text, 14, width);
    lines.set(0, pad(name, 13) + " " + lines.get(0).strip());
    return lines;
  }

  /** At least this wide. */
  public static String pad(String text, int width) {
    String clean = clean(text);
    return clean + " ".repeat(Math.max(0, width - clean.length()));
  }

  /** At most this wide. */
  public static String cut(String text, int width) {
    String clean = clean(text);
    return clean.length() <= width ? clean : clean.substring(0, Math.max(0, width - 1)) + "…";
  }

  /** So many of them: {@code 1 look}, {@code 2 looks}. */
  static String many(String number, String one) {
    return number + " " + one + (number.equals("1") ? "" : "s");
  }

  /** A fraction as a percentage. */
  public static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
  }

  /** A bar of this many cells. */
  public static String bar(double fraction, int cells) {
    int full = (int) Math.round(Math.max(0, Math.min(1, fraction)) * cells);
    return "█".repeat(full) + "░".repeat(cells - full);
  }

  /** Milliseconds for a person. */
  public static String millis(long millis) {
    return millis < 1000
        ? millis + " ms"
        : String.format(Locale.ROOT, millis < 60_000 ? "%.1f s" : "%.0f s", millis / 1000.0);
  }

  /** A length of time for a person: from ten minutes on no seconds. */
  public static String length(Duration duration) {
    return duration.toMinutes() < 10 ? millis(duration.toMillis()) : time(duration);
  }

  /** A length of time for a person: two units at most, and no seconds. */
  public static String time(Duration duration) {
    long minutes = Math.max(0, duration.toMinutes());
    long hours = minutes / 60;
    if (minutes < 60) {
      return minutes + " min";
    }
    return hours < 24
        ? hours + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min")
        : hours / 24 + " d" + (hours % 24 == 0 ? "" : " " + hours % 24 + " h");
  }

  /** Whole seconds of an instant in ISO-8601, with a space for the T. */
  public static String instant(String iso) {
    return iso.length() < 19 ? clean(iso) : clean(iso.substring(0, 19).replace('T', ' ')) + "Z";
  }
}
