package dev.healing.runner.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes metrics as Prometheus reads them: in its own text format 0.0.4, or as OpenMetrics 1.0.
 * They differ in how a counter's family is called, in what a number is that never changes, and in
 * the end.
 */
final class Exposition {
  static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final boolean openMetrics;
  private final StringBuilder text = new StringBuilder(8 << 10);

  Exposition(boolean openMetrics) {
    this.openMetrics = openMetrics;
  }

  /** One value, and what tells it from the family's others: names and values in turn. */
  record Point(List<String> labels, double value) {
    static Point of(double value, String... labels) {
      return new Point(List.of(labels), value);
    }
  }

  void gauge(String name, String help, List<Point> points) {
    family(name, "gauge", help);
    points.forEach(point -> sample(name, point));
  }

  /**
   * What only grows.
   *
   * @param name ends in {@code _total}
   */
  void counter(String name, String help, List<Point> points) {
    family(
        openMetrics ? name.substring(0, name.length() - "_total".length()) : name, "counter", help);
    points.forEach(point -> sample(name, point));
  }

  /**
   * What is always 1 and whose labels are of interest.
   *
   * @param name ends in {@code _info}
   */
  void info(String name, String help, String... labels) {
    if (openMetrics) {
      family(name.substring(0, name.length() - "_info".length()), "info", help);
    } else {
      family(name, "gauge", help);
    }
    sample(name, Point.of(1, labels));
  }

  /**
   * How often values were at most so large.
   *
   * @param upTo counts by bound, in rising order; each includes the ones before
   */
  void histogram(String name, String help, Map<Double, Long> upTo, long count, double sum) {
    family(name, "histogram", help);
    upTo.forEach((bound, n) -> sample(name + "_bucket", Point.of(n, "le", number(bound))));
    sample(name + "_bucket", Point.of(count, "le", "+Inf"));
    sample(name + "_sum", Point.of(sum));
    sample(name + "_count", Point.of(count));
  }

  private void family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void sample(String name, Point point) {
    text.append(name);
    for (int i = 0; i < point.labels().size(); i += 2) {
      text.append(i == 0 ? '{' : ',')
          .append(point.labels().get(i))
          .append("=\"")
          .append(escaped(point.labels().get(i + 1)))
          .append('"');
    }
    text.append(point.labels().isEmpty() ? " " : "} ").append(number(point.value())).append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.format(Locale.ROOT, "%.1f", value)
        : Double.toString(value);
  }

  /** All that was written. */
  String text() {
    return openMetrics ? text + "# EOF\n" : text.toString();
  }
}
