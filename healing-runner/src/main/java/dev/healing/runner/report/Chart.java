package dev.healing.runner.report;

import dev.healing.runner.text.Lines;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A metric over the whole trace as SVG: least to greatest as a band, the mean as a line, levels,
 * and below it for each configuration when something was wrong and what would have been done.
 */
final class Chart {
  private static final int WIDTH = 720;
  private static final int LEFT = 64;
  private static final int RIGHT = 712;
  private static final int TOP = 8;
  private static final int BOTTOM = 148;
  private static final int STRIP = 18;
  private static final int AXIS = 20;
  private static final int TICKS = 5;

  /** So far apart lines of text do not touch. */
  private static final int TEXT = 13;

  /** More of them are no longer seen apart, and would only make the page large. */
  static final int MOST_MARKS = 500;

  /** From when to when something was wrong. */
  record Band(Instant from, Instant to, String severity, String words) {}

  /** What would have been done, by its step. */
  record Mark(Instant at, String step, String words) {}

  /** Of one configuration. */
  record Strip(String letter, List<Band> bands, List<Mark> marks) {}

  /** A value from which on it is a problem. */
  record Level(String letter, String name, double value) {}

  private final Columns columns;
  private final String metric;
  private final Optional<Columns.Series> series;
  private final double low;
  private final double high;

  Chart(Columns columns, String metric) {
    this.columns = columns;
    this.metric = metric;
    this.series = columns.of(metric);
    Columns.Range all =
        series.flatMap(s -> s.range(0, columns.size())).orElse(new Columns.Range(0, 0, 0));
    low = Math.min(0, all.least());
    boolean fraction = metric.contains("fraction") && all.greatest() <= 1;
    boolean score = metric.equals("health.score");
    high = fraction ? 1 : score ? 100 : Math.max(low + 1e-9, all.greatest() * 1.05);
  }

  /** A value as a person reads it, by what its metric's name ends in. */
  static String value(String metric, double value) {
    if (metric.contains("fraction")) {
      return Lines.percent(value);
    }
    double amount = value;
    String unit = "";
    if (metric.contains("bytes")) {
      String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
      int i = 0;
      for (; Math.abs(amount) >= 1024 && i < units.length - 1; i++) {
        amount /= 1024;
      }
      unit = " " + units[i];
    }
    String digits = Math.abs(amount) >= 100 || amount == Math.rint(amount) ? "%.0f" : "%.2f";
    return String.format(Locale.ROOT, digits, amount) + unit;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private double x(double column) {
    return LEFT + (RIGHT - LEFT) * column / columns.size();
  }

  private double y(double value) {
    double share = (Math.max(low, Math.min(high, value)) - low) / (high - low);
    return BOTTOM - (BOTTOM - TOP) * share;
  }

  /** Draws it. */
  void draw(Html html, String id, String title, List<Strip> strips, List<Level> levels) {
    int stripsEnd = BOTTOM + 6 + STRIP * strips.size();
    int height = stripsEnd + AXIS;
    html.open(
        "svg",
        "viewBox",
        "0 0 " + WIDTH + " " + height,
        "role",
        "img",
        "aria-labelledby",
        id + "-title " + id + "-words");
    html.leaf("title", title, "id", id + "-title");
    html.leaf("desc", description(strips), "id", id + "-words").line();
    for (int i = 0; i < strips.size(); i++) {
      for (Band band : firstOf(strips.get(i).bands())) {
        rect(html, "over policy" + i, band, TOP, BOTTOM - TOP);
      }
    }
    valueAxis(html);
    timeAxis(html, stripsEnd);
    series.ifPresent(s -> values(html, s));
    levels(html, levels);
    for (int i = 0; i < strips.size(); i++) {
      strip(html, strips.get(i), i, BOTTOM + 6 + STRIP * i);
    }
    html.close("svg").line();
  }

  private static <T> List<T> firstOf(List<T> all) {
    return all.subList(0, Math.min(MOST_MARKS, all.size()));
  }

  private String description(List<Strip> strips) {
    StringBuilder words = new StringBuilder();
    series
        .flatMap(s -> s.range(0, columns.size()))
        .ifPresent(
            all ->
                words
                    .append("From ")
                    .append(value(metric, all.least()))
                    .append(" to ")
                    .append(value(metric, all.greatest()))
                    .append(", ")
                    .append(value(metric, all.mean()))
                    .append(" on average. "));
    strips.forEach(
        strip ->
            words
                .append(strip.letter())
                .append(": ")
                .append(strip.bands().size())
                .append(" problems, ")
                .append(strip.marks().size())
                .append(" decisions. "));
    return words.append("The tables tell the same in words.").toString();
  }

  private void rect(Html html, String kind, Band band, double top, double height) {
    double from = x(columns.column(band.from()));
    double to = Math.max(from + 1.5, x(columns.column(band.to())));
    html.open(
        "rect",
        "class",
        kind,
        "x",
        number(from),
        "y",
        number(top),
        "width",
        number(to - from),
        "height",
        number(height));
    html.leaf("title", band.words()).close("rect").line();
  }

  private void valueAxis(Html html) {
    for (int i = 0; i <= 4; i++) {
      double value = low + (high - low) * i / 4;
      String y = number(y(value));
      html.open("line", "class", "grid", "x1", "" + LEFT, "x2", "" + RIGHT, "y1", y, "y2", y);
      html.close("line");
      html.leaf(
          "text",
          value(metric, value),
          "x",
          "" + (LEFT - 6),
          "y",
          number(y(value) + 4),
          "text-anchor",
          "end");
    }
    html.line();
  }

  private void timeAxis(Html html, int top) {
    boolean days = columns.step().multipliedBy(columns.size()).toDays() > 1;
    for (int i = 0; i <= TICKS; i++) {
      double column = (double) columns.size() * i / TICKS;
      Instant at = columns.begin().plusMillis((long) (columns.step().toMillis() * column));
      String text = at.toString();
      String anchor = i == 0 ? "start" : i == TICKS ? "end" : "middle";
      String shown = days ? text.substring(5, 16).replace('T', ' ') : text.substring(11, 19);
      String x = number(x(column));
      html.open("line", "class", "grid", "x1", x, "x2", x, "y1", "" + TOP, "y2", "" + top);
      html.close("line");
      html.leaf("text", shown, "x", x, "y", "" + (top + 14), "text-anchor", anchor);
    }
    html.line();
  }

  private void values(Html html, Columns.Series one) {
    StringBuilder mean = new StringBuilder();
    int begin = -1;
    for (int i = 0; i <= columns.size(); i++) {
      Optional<Columns.Range> here = one.range(i, i < columns.size() ? i + 1 : i);
      if (here.isPresent()) {
        begin = begin < 0 ? i : begin;
        mean.append(mean.length() == 0 || begin == i ? 'M' : 'L');
        mean.append(number(x(i + 0.5))).append(' ').append(number(y(here.get().mean())));
      } else if (begin >= 0) {
        range(html, one, begin, i);
        begin = -1;
      }
    }
    html.open("path", "class", "mean", "d", mean.toString()).close("path").line();
  }

  /** Least to greatest, where there is no gap. */
  private void range(Html html, Columns.Series one, int from, int to) {
    StringBuilder path = new StringBuilder();
    for (int i = from; i < to; i++) {
      double greatest = one.range(i, i + 1).orElseThrow().greatest();
      path.append(i == from ? 'M' : 'L')
          .append(number(x(i)))
          .append(' ')
          .append(number(y(greatest)));
      path.append('H').append(number(x(i + 1)));
    }
    for (int i = to - 1; i >= from; i--) {
      double least = one.range(i, i + 1).orElseThrow().least();
      path.append('L').append(number(x(i + 1))).append(' ').append(number(y(least)));
      path.append('H').append(number(x(i)));
    }
    html.open("path", "class", "range", "d", path.append('Z').toString()).close("path").line();
  }

  private void levels(Html html, List<Level> levels) {
    List<Level> fromTop =
        levels.stream().sorted(Comparator.comparingDouble(Level::value).reversed()).toList();
    List<String> labels = new ArrayList<>();
    double labelled = 0; // where the line is that the labels stand at
    for (Level level : fromTop) {
      double y = y(level.value());
      if (!labels.isEmpty() && y - labelled >= TEXT) {
        label(html, labels, labelled);
        labels.clear();
      }
      labelled = labels.isEmpty() ? y : labelled;
      labels.add(words(level));
      line(html, level, number(y));
    }
    if (!labels.isEmpty()) {
      label(html, labels, labelled);
    }
  }

  private String words(Level level) {
    return (level.letter() + " " + level.name()).strip() + " " + value(metric, level.value());
  }

  private void line(Html html, Level level, String y) {
    html.open("line", "class", "level", "x1", "" + LEFT, "x2", "" + RIGHT, "y1", y, "y2", y);
    html.leaf("title", words(level)).close("line");
  }

  /** Of levels whose labels would lie upon each other, one after the other. */
  private static void label(Html html, List<String> levels, double y) {
    html.leaf(
        "text",
        String.join(", ", levels),
        "class",
        "level",
        "x",
        "" + (RIGHT - 4),
        "y",
        number(Math.max(TEXT, y - 3)),
        "text-anchor",
        "end");
    html.line();
  }

  private void strip(Html html, Strip strip, int number, int top) {
    html.leaf(
        "text", strip.letter(), "x", "" + (LEFT - 6), "y", "" + (top + 12), "text-anchor", "end");
    for (Band band : firstOf(strip.bands())) {
      String severity = band.severity().toLowerCase(Locale.ROOT);
      rect(html, "band policy" + number + " " + severity, band, top + 2, STRIP - 4);
    }
    for (Mark mark : firstOf(strip.marks())) {
      double x = x(columns.column(mark.at()));
      double y = top + STRIP / 2.0;
      String shape =
          switch (mark.step()) {
            case "STARTED" -> "M%1$s %2$sm-5 5h10l-5 -10z";
            case "ASKED" -> "M%1$s %2$sm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z";
            case "HANDED_OVER" -> "M%1$s %2$sm-4 -4h8v8h-8z";
            default -> "M%1$s %2$sm-4 -4l8 8m0 -8l-8 8";
          };
      html.open(
          "path",
          "class",
          "mark " + mark.step().toLowerCase(Locale.ROOT),
          "d",
          String.format(Locale.ROOT, shape, number(x), number(y)));
      html.leaf("title", mark.words()).close("path").line();
    }
  }
}
